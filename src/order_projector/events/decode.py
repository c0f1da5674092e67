"""From a record's bytes and headers to the facts it tells: the one way in."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from order_projector.domain.facts import Event, Fact, PaymentType, Status
from order_projector.events.envelope import Broken, Headers, Ours, canonical, check, open_envelope
from order_projector.events.fields import INSIDE
from order_projector.events.order import OrderData, order_id_of, snapshot
from order_projector.events.outcome import Accepted, Code, Outcome, Rejected, Skipped
from order_projector.events.payment import PaymentData, payment_fact, refund_fact
from order_projector.events.redemption import (
    RedemptionData,
    RollbackData,
    redemption_facts,
    rollback_facts,
)

Told = tuple[str | None, tuple[Fact, ...]]
Reader = Callable[[dict[str, Any], Event], Told]


def decode(value: bytes | None, headers: Headers = ()) -> Outcome:
    """What a record comes to: facts of an order, nothing, or a dead letter. Never raises."""
    try:
        envelope = open_envelope(value, headers, _is_ours)
        if envelope is None:
            return Skipped("foreign")
        event, data = check(envelope)
    except Broken as broken:
        return broken.rejected
    name = canonical(envelope.type)
    return _read(name, event, data) if name in _READERS else Skipped(name)


def _read(name: str, event: Event, data: dict[str, Any]) -> Outcome:
    try:
        order_id, facts = _READERS[name](data, event)
    except ValidationError as error:
        return _rejected(error)
    except ValueError as error:
        return Rejected(Code.INVALID_EVENT, f"data.{error}")
    if order_id is None:
        return Rejected(Code.UNKNOWN_ORDER, "data: names no order, by id or by source_id")
    return Accepted(name, order_id, event, facts)


def _rejected(error: ValidationError) -> Rejected:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    for fault in faults:
        if fault["type"] == "too_long" and fault["loc"][-1:] == ("items",):
            return Rejected(Code.ORDER_TOO_LARGE, f"{_path(fault['loc'])}: more than 500 items")
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Rejected(Code.INVALID_EVENT, f"{_told(faults[0])}{more}")


def _told(fault: ErrorDetails) -> str:
    reason = " ".join(fault["msg"].removeprefix("Value error, ").splitlines())
    return f"{_path(fault['loc'])}{'' if fault['type'] == INSIDE else ': '}{reason}"


def _path(place: tuple[int | str, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return "data" + "".join(steps)


def _redemption(data: dict[str, Any], event: Event) -> Told:
    told = _REDEMPTION.validate_python(data)
    facts = tuple(redemption_facts(told, event))
    return order_id_of(told.orders()), facts


def _rollback(data: dict[str, Any], event: Event) -> Told:
    told = _ROLLBACK.validate_python(data)
    facts = tuple(rollback_facts(told, event))
    return order_id_of(told.orders()), facts


def _refund(data: dict[str, Any], event: Event) -> Told:
    told = _PAYMENT.validate_python(data)
    return _paid_order(told), (refund_fact(told, event),)


def _payment(kind: PaymentType) -> Reader:
    def read(data: dict[str, Any], event: Event) -> Told:
        told = _PAYMENT.validate_python(data)
        return _paid_order(told), (payment_fact(told, event, kind),)

    return read


def _paid_order(told: PaymentData) -> str | None:
    if told.order is not None and told.order.id is not None:
        return told.order.id
    return told.payment.order_id or order_id_of([told.order])


def _snapshot(becomes: Status | None) -> Reader:
    def read(data: dict[str, Any], event: Event) -> Told:
        told = _ORDER.validate_python(data)
        return order_id_of([told.order]), tuple(snapshot(told, event, becomes))

    return read


_REDEMPTION = TypeAdapter(RedemptionData)
_ROLLBACK = TypeAdapter(RollbackData)
_PAYMENT = TypeAdapter(PaymentData)
_ORDER = TypeAdapter(OrderData)

_READERS: dict[str, Reader] = {
    "redemption.succeeded": _redemption,
    "redemption.rollback.succeeded": _rollback,
    "payment.authorized": _payment(PaymentType.AUTHORIZED),
    "payment.succeeded": _payment(PaymentType.SUCCEEDED),
    "payment.failed": _payment(PaymentType.FAILED),
    "payment.canceled": _payment(PaymentType.CANCELED),
    "payment.refunded": _refund,
    "order.created": _snapshot(None),
    "order.updated": _snapshot(None),
    "order.paid": _snapshot(Status.PAID),
    "order.canceled": _snapshot(Status.CANCELED),
    "order.fulfilled": _snapshot(Status.FULFILLED),
    "order.processing": _snapshot(Status.PROCESSING),
}
FAILED = ("redemption.failed", "redemption.rollback.failed")
_is_ours = Ours((*_READERS, *FAILED))


def inbound() -> Iterator[tuple[str, TypeAdapter[Any]]]:
    """Each inbound type with the shape of its data, for documentation."""
    for name in _READERS:
        match name.split("."):
            case ["payment", *_]:
                yield name, _PAYMENT
            case ["redemption", "rollback", *_]:
                yield name, _ROLLBACK
            case ["redemption", *_]:
                yield name, _REDEMPTION
            case _:
                yield name, _ORDER
