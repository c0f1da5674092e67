"""The facts of an order: what its events state, each with an identity.

An order is a function of the *set* of its facts. Two copies of a fact are one fact; if they differ,
the one from the later event wins (`merge`), so that neither arrival order nor duplicates matter.

Times are milliseconds since the epoch, UTC; money is in the smallest currency unit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from order_projector.domain.cart import JsonObject, Line
from order_projector.domain.redeemables import Redeemable


class Status(StrEnum):
    """The states of an order."""

    CREATED = "CREATED"
    PROCESSING = "PROCESSING"
    PAID = "PAID"
    CANCELED = "CANCELED"
    FULFILLED = "FULFILLED"


class PaymentType(StrEnum):
    """The type of a payment event (a refund is a fact of its own)."""

    AUTHORIZED = "authorized"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, order=True)
class EventStamp:
    """The time and id of the event that carried a fact.

    Stamps sort by the rule that decides between two copies of a fact: the greater one wins.
    """

    created_at: int
    id: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What a calculated order states about the units of one item and the discounts on it.

    ``place`` is the item's index. ``discount_quantity`` is cumulative over all redemptions;
    ``applied_*`` are the event's own. ``initial_quantity`` and ``initial_amount`` are either the
    customer's or those before the redemption: senders differ.
    """

    place: int
    initial_quantity: int | None = None
    initial_amount: int | None = None
    discount_quantity: int | None = None
    applied_quantity: int | None = None
    applied_quantity_amount: int | None = None
    applied_discount_quantity: int | None = None
    applied_discount_amount: int | None = None


@dataclass(frozen=True, slots=True)
class EventDetails:
    """The order's own details as one event gives them; None for each that it does not give.

    ``items`` are as the event gives them. Those of a calculated order include the units that
    redemptions added; ``counted`` is what it states about these, None for an order that is not
    calculated. ``discrepancy`` is a calculated order's ``amount`` less the sum of its items, and
    ``total_amount`` the total that its sender calculated.
    """

    source_id: str | None = None
    items: tuple[Line, ...] | None = None
    counted: tuple[Counted, ...] | None = None
    amount: int | None = None
    discrepancy: int = 0
    total_amount: int | None = None
    metadata: JsonObject | None = None
    customer_id: str | None = None
    referrer_id: str | None = None
    status: Status | None = None
    created_at: int | None = None
    updated_at: int | None = None

    @property
    def has_amounts(self) -> bool:
        """Whether the items determine an amount: one of them has one, or the list is empty."""
        items = self.items
        return items is not None and (not items or any(it.amount is not None for it in items))


@dataclass(frozen=True, slots=True)
class CalculatedDiscount:
    """The order-level discount of a redemption as its sender calculated it, never recomputed here.

    Its effects on lines are in ``EventDetails.counted``.
    """

    applied_discount_amount: int = 0


@dataclass(frozen=True, slots=True)
class Related:
    """What was redeemed: the ``related_object_*`` of a redemption's entry."""

    type: str
    id: str | None = None
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Redemption:
    """One redemption: alone, a child (``parent`` names the stack), or a stack's parent.

    ``calculated`` is set if the sender calculated its order; otherwise ``redeemable`` says how to
    price it. ``afterwards`` are the details of a second order in the event, applied after the
    redemption itself.
    """

    id: str
    event: EventStamp
    at: int
    details: EventDetails = EventDetails()
    afterwards: EventDetails | None = None
    parent: str | None = None
    calculated: CalculatedDiscount | None = None
    redeemable: Redeemable | None = None
    related: Related | None = None
    kind: Literal["redemption"] = "redemption"


@dataclass(frozen=True, slots=True)
class Stack:
    """The listed order of a stack's children, by the parent redemption's id.

    ``whole`` is true if the whole request was seen: ``details`` and ``calculated`` are then those
    of the request's own order. Otherwise an event merely listed the children.
    """

    id: str
    event: EventStamp
    children: tuple[str, ...]
    whole: bool = False
    details: EventDetails = EventDetails()
    calculated: CalculatedDiscount | None = None
    kind: Literal["stack"] = "stack"


@dataclass(frozen=True, slots=True)
class Rollback:
    """One rollback of ``redemption``; ``parent`` names the rollback of the stack it belongs to."""

    id: str
    event: EventStamp
    at: int
    redemption: str
    details: EventDetails = EventDetails()
    parent: str | None = None
    kind: Literal["rollback"] = "rollback"


@dataclass(frozen=True, slots=True)
class Payment:
    """The state of a payment in one event; ``date`` is the payment's own, if it has one."""

    id: str
    event: EventStamp
    at: int
    type: PaymentType
    amount: int | None = None
    currency: str | None = None
    method: str | None = None
    date: int | None = None
    kind: Literal["payment"] = "payment"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money paid back; ``payment_*`` is what the event states about the payment itself."""

    id: str
    event: EventStamp
    at: int
    amount: int
    payment_id: str
    payment_amount: int | None = None
    currency: str | None = None
    method: str | None = None
    date: int | None = None
    kind: Literal["refund"] = "refund"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The order's own details from an ``order.*`` event; ``becomes`` if its type sets a status."""

    event: EventStamp
    at: int
    details: EventDetails
    becomes: Status | None = None
    kind: Literal["snapshot"] = "snapshot"


Fact = Redemption | Stack | Rollback | Payment | Refund | Snapshot


def identity(fact: Fact) -> str:
    """Return the identity of a fact: facts with equal identities are copies of one fact."""
    match fact:
        case Payment():
            return "payment " + fact.type + " " + fact.id
        case Snapshot():
            return f"event {fact.event.id}"
        case _:
            return f"{fact.kind} {fact.id}"


def outranks(new: Fact, old: Fact, text: Callable[[Fact], str]) -> bool:
    """Return whether `new`, another copy of the same fact, replaces `old`.

    The later event wins. If one event id came with two contents, a producer's mistake, the larger
    `text` wins, so that arrival order does not matter.
    """
    if isinstance(new, Stack) and isinstance(old, Stack) and new.whole != old.whole:
        return new.whole
    if new.event != old.event:
        return new.event > old.event
    return new is not old and text(new) > text(old)


def merge(
    known: Callable[[str], Fact | None], incoming: Iterable[Fact], text: Callable[[Fact], str]
) -> dict[str, Fact]:
    """Return the incoming facts, by identity, that change a set of known ones.

    Those are new facts, and later copies. `known` returns the known fact of an identity, or None;
    it is called for the incoming ones only, so that no other fact of a stored order has to be
    parsed. ``facts | merge(facts.get, incoming, text)`` is the union of both sets. `text` is the
    stored text of a fact: it breaks the tie between two contents of one event.
    """
    changed: dict[str, Fact] = {}
    for fact in incoming:
        name = identity(fact)
        old = changed[name] if name in changed else known(name)
        if old is None or outranks(fact, old, text):
            changed[name] = fact
    return changed
