"""Decode a record's bytes and headers into the facts it carries: the only way in."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from order_projector.domain.facts import EventStamp, Fact
from order_projector.domain.limits import EVENT_LIMIT
from order_projector.domain.names import Claim
from order_projector.domain.status import PaymentType, Status
from order_projector.events.envelope import (
    EnvelopeError,
    Headers,
    KnownTypes,
    canonical,
    check,
    open_envelope,
)
from order_projector.events.naming import Named
from order_projector.events.order import named_order
from order_projector.events.outcome import Accepted, Code, Outcome, Rejected, Skipped
from order_projector.events.payment import PaymentData, paid_order, payment_fact, refund_fact
from order_projector.events.places import Fault, path
from order_projector.events.redemption import RedemptionData
from order_projector.events.relevance import REDEMPTIONS, ROLLBACKS, Shape, relevant
from order_projector.events.request import redemption_facts
from order_projector.events.retractions import ErasureData, VoidData, erasure_fact, void_fact
from order_projector.events.rollback import RollbackData, rollback_facts
from order_projector.events.snapshot import OrderData, snapshot


class Decoded(NamedTuple):
    """The order that an event names, its facts, and how to get its dates; None: no claim."""

    order: Named | None
    facts: tuple[Fact, ...]
    dates: Callable[[], Iterable[int | None]] | None


Reader = Callable[[dict[str, Any], EventStamp], Decoded]


def decode(value: bytes | None, headers: Headers = (), *, limit: int = EVENT_LIMIT) -> Outcome:
    """Decode a record: return accepted facts, a skip, or a rejection. Never raise.

    A value of more than `limit` bytes is rejected without being parsed.
    """
    try:
        envelope = open_envelope(value, headers, _is_known, limit)
        if envelope is None:
            return Skipped("foreign")
        event, data = check(envelope)
    except EnvelopeError as error:
        return error.rejected
    name = canonical(envelope.type)
    return read_data(name, event, data) if name in _READERS else Skipped(name)


def read_data(name: str, event: EventStamp, data: dict[str, Any]) -> Outcome:
    """Return the outcome for the parsed data of an event of a canonical type."""
    try:
        if shape := _SHAPES.get(name):
            kept = relevant(data, shape)
            if isinstance(kept, Skipped):
                return kept
            data = kept
        decoded = _READERS[name](data, event)
    except ValidationError as error:
        return _rejected(error, data)
    except Fault as fault:
        return Rejected(fault.code, f"{path(data, fault.place)}: {fault.reason}")
    order = decoded.order
    if order is None:
        return Rejected(Code.UNKNOWN_ORDER, "data: names no order, by id or by source_id")
    if order.is_by_both:
        return Accepted(name, order.order_id, event, decoded.facts, claim=_claim(decoded, event))
    return Accepted(name, order.order_id, event, decoded.facts, order.source_id)


def _claim(decoded: Decoded, event: EventStamp) -> Claim | None:
    """Return the claim of an event that names its order by both names."""
    if decoded.dates is None or decoded.order is None or decoded.order.source_id is None:
        return None
    given = (date for date in decoded.dates() if date is not None)
    at = min(given, default=event.created_at)
    return Claim(at, event.id, decoded.order.source_id)


def _rejected(error: ValidationError, data: dict[str, Any]) -> Rejected:
    """Reject with the first fault that makes the event too large, else with the first fault."""
    faults = [_fault(details) for details in error.errors(include_url=False, include_input=False)]
    too_large = (fault for fault in faults if fault.code is Code.ORDER_TOO_LARGE)
    fault = next(too_large, faults[0])
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Rejected(fault.code, f"{path(data, fault.place)}: {fault.reason}{more}")


def _fault(details: ErrorDetails) -> Fault:
    place, context = details["loc"], details.get("ctx", {})
    match context.get("error"), details["type"]:
        case Fault() as inside, _:
            return Fault((*place, *inside.place), inside.reason, inside.code)
        case _, "too_long":
            reason = f"more than {context['max_length']} entries"
            return Fault(place, reason, Code.ORDER_TOO_LARGE)
        case _, "model_type" | "dict_type":
            return Fault(place, "should be an object")
        case _, "list_type":
            return Fault(place, "should be an array")
        case _:
            return Fault(place, details["msg"].removeprefix("Value error, "))


def _redemption(data: dict[str, Any], event: EventStamp) -> Decoded:
    payload = _REDEMPTION.validator.validate_python(data)
    orders = payload.orders()
    facts = tuple(redemption_facts(payload, orders, event))
    return Decoded(named_order(orders), facts, payload.dates)


def _rollback(data: dict[str, Any], event: EventStamp) -> Decoded:
    payload = _ROLLBACK.validator.validate_python(data)
    orders = payload.orders()
    facts = tuple(rollback_facts(payload, orders, event))
    return Decoded(named_order(orders), facts, payload.dates)


def _refund(data: dict[str, Any], event: EventStamp) -> Decoded:
    payload = _PAYMENT.validator.validate_python(data)
    return Decoded(paid_order(payload), (refund_fact(payload, event),), payload.dates)


def _payment(kind: PaymentType) -> Reader:
    def read(data: dict[str, Any], event: EventStamp) -> Decoded:
        payload = _PAYMENT.validator.validate_python(data)
        facts = (payment_fact(payload, event, kind),)
        return Decoded(paid_order(payload), facts, payload.dates)

    return read


def _snapshot(becomes: Status | None) -> Reader:
    def read(data: dict[str, Any], event: EventStamp) -> Decoded:
        payload = _ORDER.validator.validate_python(data)
        facts = tuple(snapshot(payload, event, becomes))
        return Decoded(named_order(payload.orders()), facts, tuple)

    return read


def _void(data: dict[str, Any], event: EventStamp) -> Decoded:
    payload = _VOID.validator.validate_python(data)
    order = named_order([(("order",), payload.order)])
    return Decoded(order, (void_fact(payload, event),), None)


def _erasure(data: dict[str, Any], event: EventStamp) -> Decoded:
    payload = _ERASURE.validator.validate_python(data)
    order_id = payload.order.id if payload.order else None
    order = None if order_id is None else Named(order_id)
    return Decoded(order, (erasure_fact(event),), None)


_REDEMPTION = TypeAdapter(RedemptionData)
_ROLLBACK = TypeAdapter(RollbackData)
_PAYMENT = TypeAdapter(PaymentData)
_ORDER = TypeAdapter(OrderData)
_VOID = TypeAdapter(VoidData)
_ERASURE = TypeAdapter(ErasureData)

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
    "order.erased": _erasure,
    "event.voided": _void,
}
_SHAPES: dict[str, Shape] = {
    "redemption.succeeded": REDEMPTIONS,
    "redemption.rollback.succeeded": ROLLBACKS,
}
FAILED = ("redemption.failed", "redemption.rollback.failed")
_is_known = KnownTypes((*_READERS, *FAILED))


def inbound() -> Iterator[tuple[str, TypeAdapter[Any]]]:
    """Yield each inbound type with the type adapter of its data, for the published schemas."""
    for name in _READERS:
        match name.split("."):
            case ["payment", *_]:
                yield name, _PAYMENT
            case ["redemption", "rollback", *_]:
                yield name, _ROLLBACK
            case ["redemption", *_]:
                yield name, _REDEMPTION
            case ["event", *_]:
                yield name, _VOID
            case ["order", "erased"]:
                yield name, _ERASURE
            case _:
                yield name, _ORDER
