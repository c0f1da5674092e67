"""The events with which the shop reports payments, captures and refunds."""

from collections.abc import Iterator

from tests.fuzz.history.actions import Pay
from tests.fuzz.history.payment_model import Move
from tests.fuzz.history.shop import Json, Sent, Shop


def pay(shop: Shop, action: Pay) -> Iterator[Sent]:
    """Report a payment, unless an event of that kind has: the two would be one fact."""
    if action.kind == "refunded":
        yield from _refund(shop, action)
    elif action.kind == "captured":
        move = _move(shop, action, f"cap_{shop.minute}")
        capture = {"id": move.name, "amount": move.amount, "date": shop.now}
        yield from _tell(shop, move, "payment.succeeded", {"capture": capture})
    elif not shop.payments.told(action.name, action.kind):
        yield from _tell(shop, _move(shop, action), f"payment.{action.kind}", {})


def _move(shop: Shop, action: Pay, name: str = "") -> Move:
    amount = (shop.books.total or 100) * action.hundredths // 100
    return Move(action.name, action.kind, amount, amount, action.currency, name)


def _refund(shop: Shop, action: Pay) -> Iterator[Sent]:
    took = shop.payments.money(action.name).ever_taken or shop.books.total or 100
    amount = took * action.hundredths // 100
    if not amount:
        return
    move = Move(action.name, "refunded", amount, took, action.currency, f"ref_{shop.minute}")
    refund = {"id": move.name, "amount": amount, "date": shop.now}
    yield from _tell(shop, move, "payment.refunded", {"refund": refund})


def _tell(shop: Shop, move: Move, kind: str, beside: Json) -> Iterator[Sent]:
    before = shop.money
    shop.payments.take(move, shop.books.total)
    shop.payments.update_status(before, shop.books.total)
    payment: Json = {"id": move.payment, "order_id": "ord_1", "amount": move.of}
    if not beside:
        payment["date"] = shop.now
    if move.currency:
        payment["currency"] = move.currency
    feature = f"payment {move.kind}" + (f" in {move.currency}" if move.currency else "")
    yield shop.event(kind, {"payment": payment, **beside}, feature)
