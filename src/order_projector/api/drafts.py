"""What of a written order counts: the details that an event tells, and nothing calculated."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from order_projector.domain.source_ids import is_customer_id

_DETAILS: Final = ("source_id", "status", "amount", "items", "metadata")
_PEOPLE: Final = ("customer", "customer_id", "referrer", "referrer_id")
_ITEM: Final = (
    *("id", "source_id", "related_object", "product_id", "sku_id", "quantity"),
    *("initial_quantity", "amount", "price", "product", "sku", "metadata"),
)
_NAMES: Final = ("id", "source_id")
Draft = dict[str, Any]


def draft_of(body: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> Draft:
    """Return the details of an order that is written by `PUT`; ``stored`` is the order so far.

    What has another type than it should have stays as it is, for the event's own models to refuse.
    """
    return dict(_details(body, stored or {}))


def new_draft_of(body: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> Draft:
    """Return the details of an order that is written by `POST` or imported."""
    draft = draft_of(body, stored)
    if body.get("created_at") is not None:
        draft["created_at"] = body["created_at"]
    return draft


def _details(body: Mapping[str, Any], stored: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in (*_DETAILS, *_PEOPLE):
        value = body.get(name)
        match name, value:
            case (_, None) | ("source_id", ""):
                continue
            case "items", list():
                if all(item is None for item in value):
                    continue
                yield name, [_item(item) for item in value]
            case (("customer" | "referrer"), (dict() | [])):
                names = _only(_NAMES, value or {})
                if _is_shown_alone(names.get("id"), stored.get(f"{name}_id")):
                    del names["id"]
                if names:
                    yield name, names
            case (("customer_id" | "referrer_id"), _) if _is_shown_alone(value, stored.get(name)):
                continue
            case _:
                yield name, value


def _is_shown_alone(person_id: Any, stored: Any) -> bool:
    """Whether an id is what the order shows of a customer or referrer without an id.

    Written back as an id, it would count before every source id that comes later.
    """
    return isinstance(stored, str) and person_id == stored and is_customer_id(stored)


def _item(item: Any) -> Any:
    """Return the details of an item.

    The customer's units of one without a price cost what stood before any redemption, which no
    event can tell beside the units that redemptions added: so the item is told without these.
    """
    kept = _only(_ITEM, item)
    if not isinstance(item, dict) or _has_price(item):
        return kept
    match item:
        case {"initial_quantity": int(ordered), "initial_amount": int(amount)} if (
            ordered != item.get("quantity")
        ):
            return kept | {"quantity": ordered, "amount": amount}
        case _:
            return kept


def _has_price(item: Mapping[str, Any]) -> bool:
    """Whether an item, or its product or SKU, gives the price of a unit."""
    holders = (item, item.get("product"), item.get("sku"))
    return any(isinstance(each, dict) and each.get("price") is not None for each in holders)


def _only(names: tuple[str, ...], value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: value[name] for name in names if value.get(name) is not None}


def has_status_of_channel(draft: Mapping[str, Any], stored: Mapping[str, Any] | None) -> bool:
    """Whether the status is what a strict channel is shown in the place of PROCESSING."""
    return (
        draft.get("status") == "CREATED"
        and stored is not None
        and stored.get("status") == "PROCESSING"
    )
