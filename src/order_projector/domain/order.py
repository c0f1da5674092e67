"""An order's state, and how each step of its timeline changes it.

`take_step` performs one step as a series of elementary transitions; an observer can look at the
order after each of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from order_projector.domain import status as rules
from order_projector.domain.cart import Cart, Contribution, JsonObject, LineContribution
from order_projector.domain.contribution import Contributed, calculated, priced
from order_projector.domain.details import CalculatedDiscount, EventDetails
from order_projector.domain.facts import (
    Payment,
    Redemption,
    Refund,
    Related,
    Rollback,
    Snapshot,
    Stack,
    Void,
)
from order_projector.domain.payments import Payments
from order_projector.domain.quantities import Own, of_no_redemption, of_the_redemption, restate
from order_projector.domain.status import PaymentType, Status
from order_projector.domain.timeline import FactStep, RedemptionStep, RollbackStep, Step
from order_projector.domain.transitions import (
    DetailsUpdated,
    DiscountApplied,
    DiscountReverted,
    Observer,
    PaymentRecorded,
)


@dataclass(slots=True)
class RedemptionEntry:
    """One entry of the order's ``redemptions``: a redemption or a stack, rolled back or not."""

    id: str
    at: int
    related: Related | None
    stacked: tuple[str, ...] = ()
    rollback: Rollback | None = None
    rollback_stacked: tuple[str, ...] = ()


@dataclass(slots=True)
class OrderState:
    """An order's state at one point on its timeline."""

    source_id: str | None = None
    status: Status = Status.CREATED
    cart: Cart = field(default_factory=Cart)
    metadata: JsonObject | None = None
    customer_id: str | None = None
    referrer_id: str | None = None
    entries: dict[str, RedemptionEntry] = field(default_factory=dict)
    payments: Payments = field(default_factory=Payments)
    applied: dict[str, tuple[Contribution, ...]] = field(default_factory=dict)
    rollbacks: dict[str, RollbackStep] = field(default_factory=dict)
    stated_created_at: int | None = None
    stated_updated_at: int | None = None
    first_at: int | None = None
    last_at: int | None = None
    events: dict[str, None] = field(default_factory=dict)

    @property
    def created_at(self) -> int | None:
        """The earliest stated creation time, else the earliest event time."""
        return self.first_at if self.stated_created_at is None else self.stated_created_at

    @property
    def updated_at(self) -> int | None:
        """The latest event or update time; None if only one event is known."""
        if len(self.events) < 2 or self.last_at is None:
            return None
        stated = self.stated_updated_at
        return self.last_at if stated is None else max(self.last_at, stated)


def take_step(order: OrderState, step: Step, observer: Observer | None = None) -> None:
    """Apply one step of the timeline, reporting each transition to `observer` after it is made."""
    # Any step can change the total, but only an order with a successful payment becomes paid by it.
    settles = order.payments.succeeded_once
    before = (order.payments.kept, order.cart.total_amount) if settles else None
    _note(order, step)
    match step:
        case RedemptionStep():
            _redeem(order, step, observer)
        case RollbackStep():
            _roll_back(order, step, observer)
        case FactStep(fact=Payment() as payment):
            _pay(order, payment)
            if observer:
                observer(PaymentRecorded(payment))
        case FactStep(fact=Refund() as refund):
            order.payments.refund(refund)
            order.status = rules.after_refund(order.status, order.payments.kept)
            if observer:
                observer(PaymentRecorded(refund))
        case FactStep(fact=Snapshot() as snapshot):
            learn(order, snapshot.details)
            if observer:
                observer(DetailsUpdated(snapshot, snapshot.details))
            order.status = snapshot.becomes or snapshot.details.status or order.status
    if before and before != (after := (order.payments.kept, order.cart.total_amount)):
        order.status = rules.settled(order.status, *after)


def _note(order: OrderState, step: Step) -> None:
    """Record the step's times and the events that carried it."""
    if order.first_at is None:
        order.first_at = step.at
    order.last_at = step.at
    for fact in step.facts():
        order.events[fact.event.id] = None
        match fact:
            case Payment() | Refund() | Void():
                pass
            case Redemption(afterwards=EventDetails() as afterwards):
                _note_times(order, fact.details)
                _note_times(order, afterwards)
            case _:
                _note_times(order, fact.details)


def _note_times(order: OrderState, details: EventDetails) -> None:
    created, updated = details.created_at, details.updated_at
    if created is not None:
        known = order.stated_created_at
        order.stated_created_at = created if known is None else min(created, known)
    if updated is not None:
        known = order.stated_updated_at
        order.stated_updated_at = updated if known is None else max(updated, known)


def learn(
    order: OrderState, details: EventDetails, own: Own = of_no_redemption
) -> tuple[LineContribution, ...]:
    """Overwrite each detail that the event carries.

    Returns what the event itself contributes to the lines; `own` counts the units that are its own.
    """
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
    if details.items is None:
        return ()
    order.cart.discrepancy = details.discrepancy
    order.cart.lists_amounts = details.has_amounts
    line_contributions = restate(order.cart, details, own)
    if own is of_no_redemption:
        order.cart.remove_orphans()
    return line_contributions


def _redeem(order: OrderState, step: RedemptionStep, observer: Observer | None) -> None:
    entry = RedemptionEntry(step.id, step.at, _related(step), step.stacked)
    order.entries[step.id] = entry
    rolled_back = order.rollbacks.get(step.id)
    if rolled_back:
        _mark(entry, rolled_back)
    contributions = list(_apply_calculated(order, step, observer))
    undone = rolled_back.rollback if rolled_back else None
    if undone is None:
        contributions.extend(_apply_priced(order, step, observer))
        order.applied[step.id] = tuple(contributions)
    else:
        _revert(order, step.id, contributions)
        if observer:
            observer(DiscountReverted(undone, step.id))


def _related(step: RedemptionStep) -> Related | None:
    """Return what an entry refers to: for a stack, its promotion stack or itself."""
    if not step.stacked:
        return step.children[0].related if step.children else None
    own = step.parent.related if step.parent else None
    return own if own and own.type == "promotion_stack" else Related("redemption", step.id)


def _apply_calculated(
    order: OrderState, step: RedemptionStep, observer: Observer | None
) -> Iterator[Contribution]:
    """Record each fact's details and apply its discount; each states what the earlier ones left."""
    status: Status | None = None
    for fact, calculated_discount in _calculated_discounts(step):
        line_contributions = learn(
            order, fact.details, of_the_redemption if calculated_discount else of_no_redemption
        )
        if observer:
            observer(DetailsUpdated(fact, fact.details))
        if calculated_discount:
            contributed = calculated(calculated_discount, line_contributions, order.cart)
            yield _apply(order, step.id, fact, contributed, observer)
        status = fact.details.status or status
        if isinstance(fact, Redemption) and fact.afterwards:
            learn(order, fact.afterwards)
            if observer:
                observer(DetailsUpdated(fact, fact.afterwards))
            status = fact.afterwards.status or status
    order.status = status or order.status


def _calculated_discounts(
    step: RedemptionStep,
) -> Iterator[tuple[Redemption | Stack, CalculatedDiscount | None]]:
    """Yield each fact with its calculated discount, or None if that does not count.

    A stack's own discount counts only if no child has one.
    """
    is_counted = any(child.calculated for child in step.children)
    for child in step.children:
        yield child, child.calculated
    whole: tuple[Redemption | Stack | None, ...] = (step.parent, step.stack)
    for fact in whole:
        if fact:
            yield fact, None if is_counted else fact.calculated
            is_counted = is_counted or fact.calculated is not None


def _apply_priced(
    order: OrderState, step: RedemptionStep, observer: Observer | None
) -> Iterator[Contribution]:
    """Price each redemption that is not calculated against what the earlier ones left."""
    is_calculated = any(discount for _, discount in _calculated_discounts(step))
    if is_calculated and not any(child.calculated for child in step.children):
        return
    for child in step.children:
        if not child.calculated:
            yield _apply(order, step.id, child, priced(child, order.cart), observer)


def _apply(
    order: OrderState,
    redemption: str,
    fact: Redemption | Stack,
    contributed: Contributed,
    observer: Observer | None,
) -> Contribution:
    order.cart.apply(contributed.contribution, redemption)
    order.cart.remove_orphans()
    if observer:
        observer(DiscountApplied(fact, contributed))
    return contributed.contribution


def _revert(order: OrderState, redemption: str, contributions: Iterable[Contribution]) -> None:
    for contribution in contributions:
        order.cart.revert(contribution, redemption)


def _roll_back(order: OrderState, step: RollbackStep, observer: Observer | None) -> None:
    earlier = order.rollbacks.get(step.redemption)
    if earlier is None or earlier.rollback is None:
        order.rollbacks[step.redemption] = step
        if entry := order.entries.get(step.redemption):
            _mark(entry, step)
    if step.rollback is None:
        return
    _revert(order, step.redemption, order.applied.pop(step.redemption, ()))
    if observer:
        observer(DiscountReverted(step.rollback, step.redemption))
    learn(order, step.rollback.details)
    if observer:
        observer(DetailsUpdated(step.rollback, step.rollback.details))
    stated = step.rollback.details.status
    order.status = stated or rules.after_rollback(order.status, len(order.applied))


def _mark(entry: RedemptionEntry, step: RollbackStep) -> None:
    entry.rollback = step.rollback
    by_redemption = {rollback.redemption: rollback.id for rollback in reversed(step.children)}
    entry.rollback_stacked = tuple(
        by_redemption.pop(child) for child in entry.stacked if child in by_redemption
    )


def _pay(order: OrderState, payment: Payment) -> None:
    order.payments.pay(payment)
    total = order.cart.total_amount if payment.type is PaymentType.SUCCEEDED else None
    order.status = rules.after_payment(order.status, payment.type, order.payments.kept, total)
