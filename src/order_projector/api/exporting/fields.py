"""The fields of an export: what each is of an order, and of which kind."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final

from order_projector.events.text import is_unicode

Order = Mapping[str, Any]

METADATA: Final = "metadata."
DEFAULT: Final = ("id", "source_id", "status")
MONEY: Final = (
    *("amount", "discount_amount", "items_discount_amount", "total_discount_amount"),
    "total_amount",
)
PUBLISHED: Final = (
    *("id", "source_id", "created_at", "updated_at", "status"),
    *MONEY,
    *("customer_id", "referrer_id", "metadata"),
)
"""The fields that Voucherify's documentation names; `METADATA` begins one more for each key."""
OURS: Final = ("payments_amount", "refunded_amount", "items_count")
"""Fields that only this API has: they are computed for each row."""

_DISCOUNTS: Final = frozenset(name for name in MONEY if "discount" in name)
_TAKEN: Final = frozenset({"SUCCEEDED", "REFUNDED"})


class Kind(Enum):
    """What the values of a field are, which decides how a filter compares them."""

    TEXT = auto()
    TIME = auto()
    NUMBER = auto()
    FREE = auto()


FILTERED: Final[Mapping[str, Kind]] = {
    "created_at": Kind.TIME,
    "updated_at": Kind.TIME,
    "status": Kind.TEXT,
    "source_id": Kind.TEXT,
    "customer_id": Kind.TEXT,
    **dict.fromkeys(MONEY, Kind.NUMBER),
}
"""The fields that a filter may name, besides those of metadata."""


def is_field(name: str) -> bool:
    """Whether an export can have a field of that name."""
    return name in PUBLISHED or name in OURS or is_of_metadata(name)


def is_published(name: str) -> bool:
    """Whether a closed model of a field's names holds it."""
    return name in PUBLISHED or is_of_metadata(name)


def is_of_metadata(name: str) -> bool:
    """Whether the field is one key of the metadata; none of these holds a lone surrogate."""
    return name.startswith(METADATA) and name != METADATA and is_unicode(name)


def value_of(order: Order, field: str) -> Any:
    """Return the value of a field for a file; None if it has none."""
    match field:
        case "payments_amount":
            return _sum(order, "captured_amount", "amount")
        case "refunded_amount":
            return _sum(order, "refunded_amount")
        case "items_count":
            return len(order.get("items", ()))
        case _ if is_of_metadata(field):
            return order.get("metadata", {}).get(field.removeprefix(METADATA))
        case _:
            return order.get(field)


def compared_value(order: Order, field: str) -> Any:
    """Return the value of a field for a filter: no discount on a known amount is one of 0."""
    value = value_of(order, field)
    if value is None and field in _DISCOUNTS and order.get("amount") is not None:
        return 0
    return value


def _sum(order: Order, *members: str) -> int | None:
    taken = [it for it in order.get("payments", {}).values() if it.get("status") in _TAKEN]
    if not taken:
        return None
    return sum(next((it[name] for name in members if name in it), 0) for it in taken)
