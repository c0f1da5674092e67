"""What counts of a written order: the details that an event gives, and nothing calculated."""

from collections.abc import Mapping
from typing import Any, Final

from order_projector.api.written_items import cost_of_units, only, orders_amounts, written_items
from order_projector.domain.free_lines import NO_FREE_LINES, FreeLines
from order_projector.domain.source_ids import is_customer_id

_DETAILS: Final = ("source_id", "status", "amount", "items", "metadata")
_PEOPLE: Final = ("customer", "customer_id", "referrer", "referrer_id")
_NAMES: Final = ("id", "source_id")

Draft = dict[str, Any]


def draft_of(
    body: Mapping[str, Any],
    stored: Mapping[str, Any] | None = None,
    free: FreeLines = NO_FREE_LINES,
) -> Draft:
    """Return the details of an order that is written by `PUT`; ``stored`` is the order so far.

    ``free`` says which of its lines have none of the customer's units.

    What has another type than it should have stays as it is, for the event's own models to refuse.
    """
    details = {name: _detail(name, body, stored) for name in (*_DETAILS, *_PEOPLE)}
    if isinstance(items := body.get("items"), list):
        details["items"] = written_items(items, stored, free.emptied) or None
        if free.are_listed and _are_as_stored(body, stored):
            details["items"] = details["amount"] = None
    return {name: value for name, value in details.items() if value is not None}


def new_draft_of(
    body: Mapping[str, Any],
    stored: Mapping[str, Any] | None = None,
    free: FreeLines = NO_FREE_LINES,
) -> Draft:
    """Return the details of an order that is written by `POST` or imported."""
    draft = draft_of(body, stored, free)
    if body.get("created_at") is not None:
        draft["created_at"] = body["created_at"]
    return draft


def _are_as_stored(body: Mapping[str, Any], stored: Mapping[str, Any] | None) -> bool:
    """Whether the items are those of the stored order, and so is the amount, if it is given."""
    if stored is None or body.get("items") != stored.get("items"):
        return False
    return body.get("amount") in (None, stored.get("amount"))


def _detail(name: str, body: Mapping[str, Any], stored: Mapping[str, Any] | None) -> Any:
    """Return what counts of a member, None if it carries nothing."""
    known = stored or {}
    match name, body.get(name):
        case "source_id", "":
            return None
        case "amount", amount:
            return _amount(amount, body.get("items"), known)
        case (("customer" | "referrer"), (dict() | []) as person):
            return _person(person, known.get(f"{name}_id")) or None
        case (("customer_id" | "referrer_id"), person_id):
            return None if _is_shown_alone(person_id, known.get(name)) else person_id
        case _, value:
            return value


def _person(person: Any, stored_id: Any) -> Draft:
    """Return the names of a customer or referrer."""
    names: Draft = only(_NAMES, person or {})
    shown = _is_shown_alone(names.get("id"), stored_id)
    return {name: value for name, value in names.items() if name != "id" or not shown}


def _is_shown_alone(person_id: Any, stored: Any) -> bool:
    """Whether an id is what the order shows of a customer or referrer without an id.

    Written back as an id, it would count before every source id that comes later.
    """
    return isinstance(stored, str) and person_id == stored and is_customer_id(stored)


def _amount(amount: Any, items: Any, stored: Mapping[str, Any]) -> Any:
    """Return the amount of what the customer ordered, as far as the items show it.

    Where it is nothing because nothing is known of it, in the stored order neither, none is given.
    """
    units = cost_of_units(items) if isinstance(items, list) else 0
    if not units or type(amount) is not int or amount < 0:
        return amount
    ordered = max(0, amount - units)
    known = stored.get("amount", 0) - cost_of_units(stored.get("items", ()))
    return ordered if ordered or known or orders_amounts(items) else None


def has_status_of_channel(draft: Mapping[str, Any], stored: Mapping[str, Any] | None) -> bool:
    """Whether the status is what a strict channel is shown in the place of PROCESSING."""
    return (
        draft.get("status") == "CREATED"
        and stored is not None
        and stored.get("status") == "PROCESSING"
    )
