"""An order small enough to write down, with the sum paid and the last note, and its fold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from order_projector.domain.details import EventDetails
from order_projector.domain.facts import (
    Erasure,
    EventStamp,
    Fact,
    Payment,
    Snapshot,
)
from order_projector.domain.flags import Flag, FlagCode
from order_projector.domain.names import NO_NAMES, OrderNames
from order_projector.domain.status import PaymentType
from order_projector.projection.ports import Coordinates, ProjectionState
from order_projector.projection.session import Changed, Decision, InboundEvent, decide


@dataclass(frozen=True, slots=True)
class ToyProjection:
    """The result of the toy fold."""

    order: dict[str, Any]
    events: tuple[str, ...]
    flags: tuple[Flag, ...] = ()


def fold(order_id: str, facts: Mapping[str, Fact], names: OrderNames = NO_NAMES) -> ToyProjection:
    """Sum the succeeded payments; the note is the latest snapshot's metadata."""
    del names
    timeline = sorted(facts.values(), key=lambda fact: (fact.event.created_at, fact.event.id))
    paid = [fact.amount or 0 for fact in timeline if isinstance(fact, Payment) and _counts(fact)]
    notes = [fact.details.metadata for fact in timeline if isinstance(fact, Snapshot)]
    order: dict[str, Any] = {"id": order_id, "paid": sum(paid)}
    if notes and notes[-1]:
        order["note"] = notes[-1]
    return ToyProjection(order, tuple(dict.fromkeys(fact.event.id for fact in timeline)))


def other_fold(
    order_id: str, facts: Mapping[str, Fact], names: OrderNames = NO_NAMES
) -> ToyProjection:
    """Fold as a later release does, which serves one more field."""
    projection = fold(order_id, facts, names)
    return ToyProjection({**projection.order, "currency": "USD"}, projection.events)


def flagging_fold(
    order_id: str, facts: Mapping[str, Fact], names: OrderNames = NO_NAMES
) -> ToyProjection:
    """Fold, and flag every failed payment; only the flags show those."""
    projection = fold(order_id, facts, names)
    failures = [fact for fact in facts.values() if isinstance(fact, Payment) and not _counts(fact)]
    flags = [
        Flag(FlagCode.OTHER_CURRENCY, fact.event.id, fact.id, f"payment {fact.id} failed")
        for fact in sorted(failures, key=lambda fact: fact.event)
    ]
    return ToyProjection(projection.order, projection.events, tuple(flags))


def _counts(payment: Payment) -> bool:
    return payment.type is PaymentType.SUCCEEDED


def paid(event_id: str, amount: int, *, time: int = 0, payment: str = "") -> Payment:
    """Return a succeeded payment, with the event's id unless another is given."""
    return Payment(
        payment or event_id, EventStamp(time, event_id), time, PaymentType.SUCCEEDED, amount=amount
    )


def failed(event_id: str, *, time: int = 0) -> Payment:
    """Return a failed payment, which changes nothing that is served."""
    return Payment(event_id, EventStamp(time, event_id), time, PaymentType.FAILED)


def noted(event_id: str, note: dict[str, Any], *, time: int = 0) -> Snapshot:
    """Return a snapshot with a note."""
    return Snapshot(EventStamp(time, event_id), time, EventDetails(metadata=note))


def erasure(event_id: str, *, time: int = 0) -> Erasure:
    """Return the erasure of the order."""
    return Erasure(EventStamp(time, event_id), time)


def inbound(
    offset: int, *facts: Fact, partition: int = 0, traceparent: str | None = None
) -> InboundEvent:
    """Return an inbound event, read at this offset of topic ``t``."""
    coordinates = Coordinates("t", partition, offset)
    return InboundEvent(coordinates, "payment.succeeded", facts[0].event, facts, traceparent)


def changed(decision: Decision) -> Changed:
    """Return the decision, which must be a change."""
    assert isinstance(decision, Changed)
    return decision


def after(*rounds: list[InboundEvent]) -> ProjectionState | None:
    """Return the state of order ``o`` after these rounds."""
    state: ProjectionState | None = None
    for events in rounds:
        decision = decide("o", state, events, fold)
        state = decision.write.state if isinstance(decision, Changed) else state
    return state
