"""How an order of the shop is paid: at once, in parts, in captures; and what goes wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from order_projector.workload import payloads
from order_projector.workload.catalogue import CURRENCY, Json
from order_projector.workload.order_builder import OrderBuilder
from order_projector.workload.timestamps import MINUTE, SECOND, stamp


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment that has succeeded."""

    id: str
    amount: int
    currency: str | None


def pay(builder: OrderBuilder, amounts: Sequence[int]) -> list[Paid]:
    """Pay these amounts, one payment each."""
    return [_pay_one(builder, amount, _currency(builder)) for amount in amounts]


def pay_in_another_currency(builder: OrderBuilder, amount: int) -> Paid:
    """Pay an amount in a currency that an order of the shop is not counted in."""
    return _pay_one(builder, amount, "USD")


def pay_in_captures(builder: OrderBuilder, parts: Sequence[int]) -> Paid:
    """Make one payment that is taken in these parts, in an event for each."""
    paid = Paid(builder.new_id("pay"), sum(parts), _currency(builder))
    _authorize(builder, paid)
    for part in parts:
        capture: Json = {"id": builder.new_id("cap"), "amount": part}
        if builder.rng.random() < 0.5:
            capture["date"] = stamp(builder.now)
        _emit(builder, "succeeded", paid, {"capture": capture})
        builder.payments.succeeded(paid.id, part, paid.currency)
        builder.advance()
    return paid


def pay_unsuccessfully(builder: OrderBuilder, ending: str) -> None:
    """Authorize a payment that then fails or is canceled."""
    paid = Paid(builder.new_id("pay"), 2_500, _currency(builder))
    _authorize(builder, paid)
    data = payloads.payment(builder.head, paid.id, None, {"currency": paid.currency})
    builder.emit(f"payment.{ending}", data)
    if ending == "canceled":
        builder.payments.canceled()
    builder.advance()


def bounce(builder: OrderBuilder, paid: Paid) -> None:
    """Fail a payment that had succeeded, as a bank does with a debit that bounces."""
    _emit(builder, "failed", paid, {})
    builder.payments.bounced(paid.id)
    builder.advance()


def refund(builder: OrderBuilder, paid: Paid, amount: int) -> None:
    """Refund a payment: in full, in part, or more than it took."""
    back = {"id": builder.new_id("ref"), "amount": amount, "date": stamp(builder.now)}
    data = payloads.payment(builder.head, paid.id, paid.amount, {"currency": paid.currency})
    builder.emit("payment.refunded", data | {"refund": back | {"reason": "Returned"}})
    builder.payments.refunded(paid.id, amount, paid.currency)
    builder.advance()


def _pay_one(builder: OrderBuilder, amount: int, currency: str | None) -> Paid:
    paid = Paid(builder.new_id("pay"), amount, currency)
    if builder.rng.random() < 0.6:
        _authorize(builder, paid)
    _emit(builder, "succeeded", paid, {})
    builder.payments.succeeded(paid.id, amount, currency)
    builder.advance()
    return paid


def _authorize(builder: OrderBuilder, paid: Paid) -> None:
    _emit(builder, "authorized", paid, {})
    builder.payments.authorized()
    builder.advance(SECOND, MINUTE)


def _emit(builder: OrderBuilder, ending: str, paid: Paid, more: Json) -> None:
    own: Json = {"currency": paid.currency}
    if builder.rng.random() < 0.8:
        own["date"] = stamp(builder.now)
    data = payloads.payment(builder.head, paid.id, paid.amount, own)
    builder.emit(f"payment.{ending}", data | more)


def _currency(builder: OrderBuilder) -> str | None:
    return builder.rng.choices((CURRENCY, CURRENCY.lower(), None), (75, 10, 15))[0]
