"""A list of orders, as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from order_projector.api.page.addresses import OrderAddress, search_address
from order_projector.api.page.money import served_currency
from order_projector.api.page.text import Time, name_of, served_time
from order_projector.domain.currency import Currency


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in a list; figures that are not known are empty."""

    id: str
    href: str
    source_id: str
    customer: str
    created: Time
    status: str
    amount: str
    discount: str
    total: str
    currency: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A list of orders; ``older`` is the address of those that come after."""

    asked: str
    rows: tuple[OrderRow, ...]
    older: str | None
    first: str | None


def list_view(
    asked: str, orders: Sequence[Mapping[str, Any]], has_more: bool, *, is_first: bool
) -> ListView:
    """Return what the page of a list shows, of orders in the form in which they are shown."""
    last = orders[-1]["id"] if orders else None
    return ListView(
        asked=asked,
        rows=tuple(map(_row, orders)),
        older=search_address(asked, last) if has_more else None,
        first=None if is_first else search_address(asked),
    )


def _row(order: Mapping[str, Any]) -> OrderRow:
    currency = served_currency(order)
    discount = order.get("total_discount_amount", 0)
    return OrderRow(
        id=name_of(order["id"]),
        href=OrderAddress(order["id"]).now,
        source_id=name_of(order["source_id"] or ""),
        customer=name_of(order["customer_id"] or ""),
        created=served_time(order["created_at"]),
        status=order["status"],
        amount=_money(order, "amount", currency),
        discount=currency.plain(-discount) if discount else "",
        total=_money(order, "total_amount", currency),
        currency=currency.code or "",
    )


def _money(order: Mapping[str, Any], name: str, currency: Currency) -> str:
    return currency.plain(order[name]) if name in order else ""
