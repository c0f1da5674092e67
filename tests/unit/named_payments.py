"""Payments that name their order by id, by source id or by both, and the orders they make."""

import orjson

from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.projection.names.joining import join
from order_projector.projection.ports import Coordinates, Record
from tests.support.events import Json


def paid(event: str, minute: int, amount: int, **names: str) -> Json:
    """Return a payment that names its order by these names."""
    payment = {"id": f"pay_{event}", "amount": amount}
    return {
        "id": event,
        "type": "payment.succeeded",
        "created_at": f"2026-03-01T10:{minute:02}:00Z",
        "data": {"payment": payment | {f"order_{name}": it for name, it in names.items()}},
    }


def records(batches: tuple[list[Json], ...]) -> list[list[Record]]:
    """Return the batches as records of one partition."""
    offset, read = 0, list[list[Record]]()
    for batch in batches:
        read.append([])
        for event in batch:
            at = Coordinates("payments", 0, offset)
            read[-1].append(Record(at, None, orjson.dumps(event)))
            offset += 1
    return read


def by_the_rule(batches: tuple[list[Json], ...]) -> dict[str, bytes]:
    """Return the orders that result from the events by the rule for names."""
    outcomes = [decode(orjson.dumps(event)) for batch in batches for event in batch]
    orders = join(outcomes).orders  # type: ignore[arg-type]
    return {
        order_id: orjson.dumps(project_order(order_id, one.facts, one.names).order)
        for order_id, one in orders.items()
    }
