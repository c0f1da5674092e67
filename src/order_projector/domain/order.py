"""An order's state, and what each step of its timeline makes of it.

`take_step` takes one step in elementary moves; who watches can look at the order after each of
them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from order_projector.domain import status as rules
from order_projector.domain.cart import Cart, Contribution, JsonObject, Line, Taken
from order_projector.domain.contribution import contributed
from order_projector.domain.differences import is_same
from order_projector.domain.facts import (
    Details,
    Payment,
    PaymentType,
    Redemption,
    Refund,
    Related,
    Rollback,
    Snapshot,
    Stack,
    Status,
)
from order_projector.domain.moves import Applied, Learned, Paid, TakenBack, Watch
from order_projector.domain.payments import Payments
from order_projector.domain.timeline import Redeemed, RolledBack, Step, Told


@dataclass(slots=True)
class Entry:
    """One entry of the order's ``redemptions``: a redemption or a stack, rolled back or not."""

    id: str
    at: int
    related: Related | None
    stacked: tuple[str, ...] = ()
    rollback: Rollback | None = None
    rollback_stacked: tuple[str, ...] = ()


@dataclass(slots=True)
class Order:
    """An order's state at one point of its timeline."""

    source_id: str | None = None
    status: Status = Status.CREATED
    items: tuple[Line, ...] = ()
    cart: Cart = field(default_factory=Cart)
    metadata: JsonObject | None = None
    customer_id: str | None = None
    referrer_id: str | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    payments: Payments = field(default_factory=Payments)
    applied: dict[str, tuple[Contribution, ...]] = field(default_factory=dict)
    taken: dict[str, tuple[Taken, ...]] = field(default_factory=dict)
    rollbacks: dict[str, RolledBack] = field(default_factory=dict)
    given_created_at: int | None = None
    given_updated_at: int | None = None
    first_at: int | None = None
    last_at: int | None = None
    events: dict[str, None] = field(default_factory=dict)

    @property
    def created_at(self) -> int | None:
        """The earliest creation time given, else the earliest event time."""
        return self.first_at if self.given_created_at is None else self.given_created_at

    @property
    def updated_at(self) -> int | None:
        """None while one event told it all; else the latest event or update time."""
        if len(self.events) < 2 or self.last_at is None:
            return None
        given = self.given_updated_at
        return self.last_at if given is None else max(self.last_at, given)


def take_step(order: Order, step: Step, watch: Watch | None = None) -> None:
    """Take one step of the timeline. `watch` is told of each move once it is made."""
    settles = order.payments.succeeded_once
    before = (order.payments.kept, order.cart.total_amount) if settles else None
    _note(order, step)
    match step:
        case Redeemed():
            _redeem(order, step, watch)
        case RolledBack():
            _roll_back(order, step, watch)
        case Told(fact=Payment() as payment):
            _pay(order, payment)
            if watch:
                watch(Paid(payment))
        case Told(fact=Refund() as refund):
            order.payments.refund(refund)
            order.status = rules.after_refund(order.status, order.payments.kept)
            if watch:
                watch(Paid(refund))
        case Told(fact=Snapshot() as snapshot):
            learn(order, snapshot.details)
            if watch:
                watch(Learned(snapshot))
            order.status = snapshot.becomes or snapshot.details.status or order.status
    if before and before != (after := (order.payments.kept, order.cart.total_amount)):
        order.status = rules.settled(order.status, *after)


def _note(order: Order, step: Step) -> None:
    """Keep the step's times and the events it came in."""
    if order.first_at is None:
        order.first_at = step.at
    order.last_at = step.at
    for fact in step.facts():
        order.events[fact.event.id] = None
        match fact:
            case Payment() | Refund():
                pass
            case _:
                _note_times(order, fact.details)


def _note_times(order: Order, details: Details) -> None:
    created, updated = details.created_at, details.updated_at
    if created is not None:
        known = order.given_created_at
        order.given_created_at = created if known is None else min(created, known)
    if updated is not None:
        known = order.given_updated_at
        order.given_updated_at = updated if known is None else max(updated, known)


def learn(order: Order, details: Details) -> None:
    """Overwrite each detail that the event carries."""
    if details.source_id is not None:
        order.source_id = details.source_id
    if details.metadata is not None:
        order.metadata = details.metadata
    if details.customer_id is not None:
        order.customer_id = details.customer_id
    if details.referrer_id is not None:
        order.referrer_id = details.referrer_id
    if details.amount is not None:
        order.cart.stated_amount = details.amount
    if details.items is not None:
        _place(order, details.items, details.excess)


def _place(order: Order, items: tuple[Line, ...], excess: int) -> None:
    """Put new lines into the cart; what redemptions applied moves on to them."""
    if excess == order.cart.excess and _are_the_same(items, order.items):
        return
    order.items = items
    order.cart = Cart.of(items, order.cart.stated_amount, excess)
    for redemption, contributions in order.applied.items():
        order.taken[redemption] = tuple(order.cart.take(each) for each in contributions)


def _are_the_same(new: tuple[Line, ...], old: tuple[Line, ...]) -> bool:
    """Also in their free JSON, where Python takes a 1 for equal to `true` and 1.0."""
    return new is old or (new == old and all(map(_is_the_same_json, new, old)))


def _is_the_same_json(new: Line, old: Line) -> bool:
    return (
        is_same(new.product, old.product)
        and is_same(new.sku, old.sku)
        and is_same(new.metadata, old.metadata)
    )


def _redeem(order: Order, step: Redeemed, watch: Watch | None) -> None:
    status: Status | None = None
    for fact in step.facts():
        learn(order, fact.details)
        status = fact.details.status or status
        if watch:
            watch(Learned(fact))
    order.status = status or order.status
    entry = Entry(step.id, step.at, _related(step), step.stacked)
    order.entries[step.id] = entry
    rolled_back = order.rollbacks.get(step.id)
    if rolled_back:
        _mark(entry, rolled_back)
    if rolled_back is None or rolled_back.rollback is None:
        _apply(order, step, watch)


def _related(step: Redeemed) -> Related | None:
    """What an entry points at: a stack points at its promotion stack or at itself."""
    if not step.stacked:
        return step.children[0].related if step.children else None
    own = step.parent.related if step.parent else None
    return own if own and own.type == "promotion_stack" else Related("redemption", step.id)


def _apply(order: Order, step: Redeemed, watch: Watch | None) -> None:
    """Compute what each redemption of the step contributes, each seeing what the earlier left."""
    contributions: list[Contribution] = []
    taken: list[Taken] = []
    for fact in _priced(step):
        told = contributed(fact, order.cart)
        contributions.append(told.contribution)
        taken.append(order.cart.take(told.contribution))
        if watch:
            watch(Applied(fact, told, taken[-1]))
    order.applied[step.id] = tuple(contributions)
    order.taken[step.id] = tuple(taken)


def _priced(step: Redeemed) -> Iterable[Redemption | Stack]:
    """The facts that carry the amounts: a stack's own count only where no child carries any."""
    if not any(child.given for child in step.children):
        whole: tuple[Redemption | Stack | None, ...] = (step.parent, step.stack)
        for fact in whole:
            if fact and fact.given:
                return (fact,)
    return step.children


def _roll_back(order: Order, step: RolledBack, watch: Watch | None) -> None:
    earlier = order.rollbacks.get(step.redemption)
    if earlier is None or earlier.rollback is None:
        order.rollbacks[step.redemption] = step
        if entry := order.entries.get(step.redemption):
            _mark(entry, step)
    if step.rollback is None:
        return
    learn(order, step.rollback.details)
    if watch:
        watch(Learned(step.rollback))
    order.applied.pop(step.redemption, None)
    for taken in reversed(order.taken.pop(step.redemption, ())):
        order.cart.give_back(taken)
    if watch:
        watch(TakenBack(step.rollback, step.redemption))
    given = step.rollback.details.status
    order.status = given or rules.after_rollback(order.status, len(order.applied))


def _mark(entry: Entry, step: RolledBack) -> None:
    entry.rollback = step.rollback
    by_redemption = {rollback.redemption: rollback.id for rollback in reversed(step.children)}
    entry.rollback_stacked = tuple(
        by_redemption.pop(child) for child in entry.stacked if child in by_redemption
    )


def _pay(order: Order, payment: Payment) -> None:
    order.payments.pay(payment)
    total = order.cart.total_amount if payment.type is PaymentType.SUCCEEDED else None
    order.status = rules.after_payment(order.status, payment.type, order.payments.kept, total)
