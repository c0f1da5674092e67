"""The facts of an order: what its events state, each with an identity.

An order is a function of the *set* of its facts. Two copies of a fact are one fact; if they differ,
the one from the later event wins (`merge`), so that neither arrival order nor duplicates matter.

Times are milliseconds since the epoch, UTC; money is in the smallest currency unit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from order_projector.domain.details import NO_DETAILS, CalculatedDiscount, EventDetails
from order_projector.domain.redeemables import Redeemable
from order_projector.domain.status import PaymentType, Status


@dataclass(frozen=True, slots=True, order=True)
class EventStamp:
    """The time and id of the event that carried a fact.

    Stamps sort by the rule that decides between two copies of a fact: the greater one wins.
    """

    created_at: int
    id: str


@dataclass(frozen=True, slots=True)
class Related:
    """What was redeemed: the ``related_object_*`` of a redemption's entry.

    ``code`` is the voucher's, for people who look at the order; it is not served.
    """

    type: str
    id: str | None = None
    parent_id: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Redemption:
    """One redemption: alone, a child (``parent`` names the stack), or a stack's parent.

    ``calculated`` is set if the sender calculated its order; otherwise ``redeemable`` says how to
    price it. ``afterwards`` are the details of a second order in the event, applied after the
    redemption itself. ``nth`` is its position (0-based, None for 0) among several of one event that
    belong to no stack; ``tells_for`` are the others among them whose discounts the order of this
    one states as well.
    """

    id: str
    event: EventStamp
    at: int
    details: EventDetails = NO_DETAILS
    afterwards: EventDetails | None = None
    parent: str | None = None
    calculated: CalculatedDiscount | None = None
    redeemable: Redeemable | None = None
    related: Related | None = None
    nth: int | None = None
    tells_for: tuple[str, ...] | None = None
    kind: Literal["redemption"] = "redemption"


@dataclass(frozen=True, slots=True)
class Stack:
    """The listed order of a stack's children, by the parent redemption's id.

    ``whole`` is true if the whole request was seen: ``details`` and ``calculated`` are then those
    of the request's own order. Otherwise an event merely listed the children. ``promotion_stack``
    is the id of the promotion stack that the list names.
    """

    id: str
    event: EventStamp
    children: tuple[str, ...]
    whole: bool = False
    details: EventDetails = NO_DETAILS
    calculated: CalculatedDiscount | None = None
    promotion_stack: str | None = None
    kind: Literal["stack"] = "stack"


@dataclass(frozen=True, slots=True)
class Rollback:
    """One rollback of ``redemption``; ``parent`` names the rollback of the stack it belongs to.

    ``nth`` is its position (0-based, None for 0) among several of one event without a stack.
    """

    id: str
    event: EventStamp
    at: int
    redemption: str
    details: EventDetails = NO_DETAILS
    parent: str | None = None
    nth: int | None = None
    kind: Literal["rollback"] = "rollback"


@dataclass(frozen=True, slots=True)
class Capture:
    """The part of a payment that one event says was taken."""

    id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Payment:
    """The state of a payment in one event; ``date`` is the payment's own, if it has one.

    ``capture`` is set if the payment is taken in parts: this event is then about that part only.
    """

    id: str
    event: EventStamp
    at: int
    type: PaymentType
    amount: int | None = None
    currency: str | None = None
    method: str | None = None
    date: int | None = None
    capture: Capture | None = None
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


@dataclass(frozen=True, slots=True)
class Void:
    """The withdrawal of all that the event ``voids`` says about this order."""

    event: EventStamp
    at: int
    voids: str
    kind: Literal["void"] = "void"


@dataclass(frozen=True, slots=True)
class Erasure:
    """The end of the order: nothing else about it counts, whether it comes before or after."""

    event: EventStamp
    at: int
    kind: Literal["erasure"] = "erasure"


Fact = Redemption | Stack | Rollback | Payment | Refund | Snapshot | Void | Erasure


def identity(fact: Fact) -> str:
    """Return the identity of a fact: facts with equal identities are copies of one fact."""
    match fact:
        case Payment(capture=Capture() as capture):
            # Ids may hold spaces: without the length, two pairs of ids could look the same.
            return f"capture {len(fact.id)} {fact.id} {capture.id}"
        case Payment():
            return "payment " + fact.type + " " + fact.id
        case Snapshot() | Void():
            return f"event {fact.event.id}"
        case Stack(whole=False):
            return f"list {fact.id}"
        case Erasure():
            return "erasure"
        case _:
            return f"{fact.kind} {fact.id}"


def outranks(new: Fact, old: Fact, text: Callable[[Fact], str]) -> bool:
    """Return whether `new`, another copy of the same fact, replaces `old`.

    The later event wins. If one event id came with two contents, a producer's mistake, the larger
    `text` wins, so that arrival order does not matter.
    """
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
