"""Events as a producer writes them, and the orders they make."""

import json
from collections.abc import Iterable
from typing import Any

from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Outcome, Rejected, Skipped
from order_projector.projection.names.joining import join
from tests.support.published import served

Json = dict[str, Any]

NOON = "2026-03-01T12:00:00.000Z"


def at(minute: int) -> str:
    """Return the time this many minutes after noon."""
    hours, minutes = divmod(12 * 60 + minute, 60)
    return f"2026-03-{1 + hours // 24:02}T{hours % 24:02}:{minutes:02}:00.000Z"


def event(kind: str, data: object, *, on: str = NOON, name: str = "evt_1") -> Json:
    """Return a plain envelope."""
    return {"id": name, "type": kind, "created_at": on, "data": data}


def event_at(minute: int, kind: str, data: object, name: str | None = None) -> Json:
    """Return a plain envelope created at that minute and named after it."""
    return event(kind, data, on=at(minute), name=name or f"evt_{minute:03}")


def redeemed(minute: int, redemption: str, *, order: Json, **data: Any) -> Json:
    """Return a redemption in that minute; `data` is added to the event's data."""
    own = {"id": redemption, "date": at(minute)} | data.pop("own", {})
    return event_at(minute, "redemption.succeeded", {"order": order, "redemption": own, **data})


def rolled_back(minute: int, rollback: str, redemption: str, **order: Any) -> Json:
    """Return a rollback in that minute."""
    own = {"id": rollback, "date": at(minute), "redemption": redemption}
    data = {"redemption_rollback": own, "order": {"id": "ord_1", **order}}
    return event_at(minute, "redemption.rollback.succeeded", data)


def paid(
    minute: int, amount: int, kind: str = "succeeded", name: str = "pay_1", **members: Any
) -> Json:
    """Return a payment event in that minute."""
    payment = {"id": name, "order_id": "ord_1", "amount": amount, "date": at(minute), **members}
    return event_at(minute, f"payment.{kind}", {"payment": payment})


def captured(
    minute: int, amount: int, name: str, *, of: int = 1000, by: str = "pay_1", **members: Any
) -> Json:
    """Return a capture in that minute, of a payment with the amount `of`."""
    payment = {"id": by, "order_id": "ord_1", "amount": of, **members}
    capture = {"id": name, "amount": amount, "date": at(minute)}
    return event_at(minute, "payment.succeeded", {"payment": payment, "capture": capture})


def refunded(
    minute: int, amount: int, *, of: int, name: str = "ref_1", by: str = "pay_1", **members: Any
) -> Json:
    """Return a refund in that minute, of a payment with the amount `of`."""
    payment = {"id": by, "order_id": "ord_1", "amount": of, **members}
    refund = {"id": name, "amount": amount, "date": at(minute)}
    return event_at(minute, "payment.refunded", {"payment": payment, "refund": refund})


def order_event(minute: int, kind: str = "updated", **order: Any) -> Json:
    """Return an `order.*` event in that minute."""
    return event_at(minute, f"order.{kind}", {"order": {"id": "ord_1", **order}})


def read(value: object, headers: Iterable[tuple[str, bytes | None]] = ()) -> Outcome:
    """Return the outcome of an event, given as JSON, as bytes or as a tombstone."""
    return decode(value if isinstance(value, bytes | None) else to_json(value), headers)


def to_json(value: object) -> bytes:
    """Return the UTF-8 JSON text of a value."""
    return json.dumps(value, ensure_ascii=False).encode()


def code(value: object, headers: Iterable[tuple[str, bytes | None]] = ()) -> str:
    """Return the error code of the event's dead letter, or an empty text if it is not rejected."""
    outcome = read(value, headers)
    return outcome.code.value if isinstance(outcome, Rejected) else ""


def accepted(value: object, headers: Iterable[tuple[str, bytes | None]] = ()) -> Accepted:
    """Return the outcome of a valid event."""
    outcome = read(value, headers)
    assert isinstance(outcome, Accepted), outcome
    return outcome


def outcome_of(value: object) -> Outcome:
    """Return the outcome of an event, which may already be decoded."""
    return value if isinstance(value, Accepted | Skipped | Rejected) else read(value)


def projected(*events: object) -> dict[str, Json]:
    """Return the orders that these events make, by order id."""
    outcomes = [outcome_of(each) for each in events]
    assert not any(isinstance(outcome, Rejected) for outcome in outcomes), outcomes
    orders = join(outcome for outcome in outcomes if isinstance(outcome, Accepted)).orders
    return {
        order_id: served(project_order(order_id, each.facts, each.names).order)
        for order_id, each in orders.items()
    }


def order_of(*events: object) -> Json:
    """Return the one order that these events make, the same in either arrival order."""
    outcomes = [outcome_of(each) for each in events]
    orders = projected(*outcomes)
    assert len(orders) == 1, sorted(orders)
    assert to_json(projected(*reversed(outcomes))) == to_json(orders), "arrival must not matter"
    return next(iter(orders.values()))
