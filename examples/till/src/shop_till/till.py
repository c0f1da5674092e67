"""A till: it knows its orders by the numbers on their receipts, which are their source ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from shop_till.api import Api, Order


@dataclass(frozen=True, slots=True)
class Line:
    """A number of units of one product, at their price in cents."""

    product: str
    quantity: int
    price: int


@dataclass(frozen=True, slots=True)
class Till:
    """Places and reads orders, or raises `Refused`, `Unanswered` or `ValueError`."""

    api: Api

    def place(self, receipt: str, lines: Sequence[Line]) -> Order:
        """Place the order of a receipt once; repeat this after a crash or a lost connection."""
        items = [
            {"product_id": line.product, "quantity": line.quantity, "price": line.price}
            for line in lines
        ]
        order = {"source_id": receipt, "items": items}
        return self.api.ask("POST", "/v1/orders", order, once=f"receipt-{_quoted(receipt)}")

    def order(self, receipt: str) -> Order:
        """Return the current order of a receipt."""
        return self.api.ask("GET", f"/v1/orders/{_quoted(receipt)}")


def _quoted(receipt: str) -> str:
    """Return a receipt's number in ASCII, as a URL and a header need it; no two are the same."""
    if not receipt:
        raise ValueError("the receipt has no number")
    try:
        return quote(receipt, safe="")
    except UnicodeEncodeError:  # half a character, or bytes of an argument that are not UTF-8
        raise ValueError(f"the receipt's number {receipt!a} is not Unicode text") from None


def to_pay(order: Order) -> int | None:
    """Return the amount that is still to be paid for an order, in cents; None if not known yet.

    Of a payment with captures, ``amount`` is only what was authorized.
    """
    if "total_amount" not in order:
        return None
    payments = order.get("payments", {}).values()
    paid: int = sum(
        each.get("captured_amount", each.get("amount", 0))
        for each in payments
        if each["status"] == "SUCCEEDED"
    )
    total: int = order["total_amount"]
    return max(0, total - paid)
