"""What one `order.updated` says of the money that a customer has spent."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

_RECEIVED: Final = frozenset({"SUCCEEDED", "REFUNDED"})
_LARGEST: Final = 2**63 - 1
"""The largest integer that the ledger can store."""


Headers = Iterable[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class OrderSpend:
    """The money kept of one order, in cents of its currency if it names one, at one revision."""

    order_id: str
    revision: int
    customer_id: str | None
    cents: int
    currency: str | None = None


def read(value: bytes | None, headers: Headers = ()) -> OrderSpend:
    """Return the spend in a record; members that are not needed may be anything.

    A record without a value means that its order was erased: then nobody has spent anything. The
    same holds for an order that was merged into another one, which then includes its money. Raise
    ValueError if the record is not an `order.updated`; the message contains nothing of the value.
    """
    if value is None:
        return _erased(headers)
    content = _object("the value", _parse(value))
    order = _object("order", content.get("order"))
    customer = order.get("customer_id")
    payments = _object("order.payments", order.get("payments", {}))
    received = [*_received(payments)]
    currency = _earliest_currency(received)
    return OrderSpend(
        order_id=_text("order.id", order.get("id")),
        revision=_integer("revision", content.get("revision")),
        customer_id=None if customer is None else _text("order.customer_id", customer),
        cents=_integer("the money of order.payments", _kept(received, currency)),
        currency=currency,
    )


def _erased(headers: Headers) -> OrderSpend:
    """Return zero spend for the order named by the event's id, `<order id>:<revision>`."""
    try:
        order_id, _, revision = (dict(headers).get("ce_id") or b"").decode().rpartition(":")
        if order_id:
            return OrderSpend(order_id, _integer("revision", int(revision)), None, 0)
    except ValueError:
        pass
    raise ValueError("no value")


def _parse(value: bytes) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None


def _received(payments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (it for told in payments.values() if _is_received(it := _object("a payment", told)))


def _kept(received: list[dict[str, Any]], currency: str | None) -> int:
    """Return what was received and not refunded, in one currency."""
    return sum(_kept_of(it) for it in received if _currency(it) in (None, currency))


def _is_received(payment: dict[str, Any]) -> bool:
    return _text("the status of a payment", payment.get("status")) in _RECEIVED


def _kept_of(payment: dict[str, Any]) -> int:
    """Return what one payment keeps: of one with captures, `amount` is only what was authorized.

    A refund larger than its payment takes nothing from another one.
    """
    taken = payment.get("captured_amount", payment.get("amount", 0))
    refunded = _integer("the refunds of a payment", payment.get("refunded_amount", 0))
    return max(0, _integer("the amount of a payment", taken) - refunded)


def _earliest_currency(received: list[dict[str, Any]]) -> str | None:
    """Return the currency of the earliest payment that names one."""
    named = [it for it in received if _currency(it)]
    if not named:
        return None
    return _currency(min(named, key=lambda it: _text("the date of a payment", it.get("date"))))


def _currency(payment: dict[str, Any]) -> str | None:
    """Return the currency that a payment names, in capital letters."""
    named = payment.get("currency")
    return _text("the currency of a payment", named).upper() if named else None


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is no object")
    return value


def _text(name: str, value: Any) -> str:
    try:
        if isinstance(value, str) and value.encode():
            return value
    except UnicodeEncodeError:  # an unpaired surrogate, which JSON can escape
        pass
    raise ValueError(f"{name} is no text")


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise ValueError(f"{name} is no integer of 64 bits")
    return value
