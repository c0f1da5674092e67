"""Writes of an order that is long enough to be updated, as a worker's session makes them."""

from collections.abc import Iterator, Sequence

from order_projector.domain.details import EventDetails
from order_projector.domain.facts import EventStamp, Fact, Payment, Snapshot
from order_projector.domain.status import PaymentType
from order_projector.projection.long_orders.resumable_fold import ORDER_FOLD
from order_projector.projection.ports import Coordinates, OrderWrite, ProjectionState
from order_projector.projection.session import Changed, InboundEvent, decide

PAYMENTS = 500
"""The payments with which an order begins: its checkpoint is larger than 32 kB."""


def long_writes(order_id: str = "o", payments: int = PAYMENTS) -> Iterator[OrderWrite]:
    """Yield the first write of an order of so many payments, and one for each payment after it."""
    first = [Snapshot(EventStamp(0, "e"), 0, EventDetails(amount=1_000_000))]
    write = _write(order_id, None, [*first, *map(_payment, range(1, payments + 1))], 0)
    yield write
    at = payments
    while True:
        at += 1
        write = _write(order_id, write.state, [_payment(at)], at)
        yield write


def _payment(nth: int) -> Payment:
    return Payment(f"pay_{nth}", EventStamp(nth, f"e{nth}"), nth, PaymentType.SUCCEEDED, amount=10)


def _write(
    order_id: str, state: ProjectionState | None, facts: Sequence[Fact], offset: int
) -> OrderWrite:
    events = [
        InboundEvent(Coordinates("t", 0, offset + nth), "toy", fact.event, (fact,))
        for nth, fact in enumerate(facts)
    ]
    decision = decide(order_id, state, events, ORDER_FOLD)
    assert isinstance(decision, Changed), decision
    return decision.write
