"""Products and SKUs, as items and discounts describe them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict

from order_projector.domain.limits import LARGEST_AMOUNT, LONGEST_ID
from order_projector.events.fields import (
    WireModel,
    empty_array_as_object,
    named_by,
)
from order_projector.events.free_json import fault_in, judge
from order_projector.events.json_schema import NO_NUL, Free, JsonSchema, PublishedAs, adding
from order_projector.events.places import Fault
from order_projector.events.text import fault_of_id


def catalogue_price(*catalogues: Mapping[str, Any] | None) -> int | None:
    """Return the first price that is given, or None."""
    for catalogue in catalogues:
        if catalogue and catalogue.get("price") is not None:
            return int(catalogue["price"])
    return None


def _catalogue(value: dict[str, Any]) -> dict[str, Any]:
    """Return a product or SKU as served: without nulls, ``override`` and mistyped members."""
    judged = judge(value)
    if not judged.is_storable and (fault := fault_in(value)):
        raise fault
    if value.get("metadata") == []:
        value["metadata"] = {}
    given = _without_nulls(value) if judged.has_nulls else value
    kept = {
        key: member
        for key, member in given.items()
        if key not in _TYPES or type(member) is _TYPES[key]
    }
    if kept.get("source_id") == "" and kept.get("id"):
        del kept["source_id"]
    _check(kept)
    return kept


_TYPES: Final[Mapping[str, type | None]] = {
    "id": str,
    "source_id": str,
    "name": str,
    "sku": str,
    "price": int,
    "metadata": dict,
    "override": None,
}
"""What a member has to be to be served, None for one that never is; others may be anything."""


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: member if key == "metadata" else _without_nulls(member)
            for key, member in value.items()
            if member is not None
        }
    if isinstance(value, list):
        return [_without_nulls(member) for member in value if member is not None]
    return value


def _check(kept: Mapping[str, Any]) -> None:
    """Raise Fault if the price is out of range or a name breaks the rules of ids."""
    if not 0 <= kept.get("price", 0) <= LARGEST_AMOUNT:
        raise Fault(("price",), f"should be a whole number from 0 to {LARGEST_AMOUNT}")
    for name in _NAMES:
        if name in kept and (fault := fault_of_id(kept[name])):
            raise Fault((name,), fault)


_NAMES: Final = ("id", "source_id")
_NAME: Final[JsonSchema] = {"maxLength": LONGEST_ID, "pattern": NO_NUL}
_OTHER_TYPE: Final[JsonSchema] = {"not": {"type": "integer"}}
_PRICE: Final[JsonSchema] = {"type": "integer", "minimum": 0, "maximum": LARGEST_AMOUNT}


class CatalogueEntry(WireModel):
    """A product or an SKU, as it is published.

    A name that is not a text, and a price that is not an integer, are not served.
    """

    model_config = ConfigDict(
        extra="allow", json_schema_extra=named_by("id") | {"propertyNames": {"pattern": NO_NUL}}
    )
    __pydantic_extra__: dict[str, Free]

    id: Annotated[Free, adding(minLength=1, **_NAME)] | None = None
    source_id: Annotated[Free, adding(**_NAME)] | None = None
    price: Annotated[Free, adding(anyOf=[_PRICE, _OTHER_TYPE])] | None = None


Catalogue = Annotated[
    dict[str, Any],
    BeforeValidator(empty_array_as_object),
    AfterValidator(_catalogue),
    PublishedAs(CatalogueEntry),
]
