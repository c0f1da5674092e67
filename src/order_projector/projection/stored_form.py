"""The stored form of facts: its member names, and the validators and serializers built from them.

Stored names are written down here once and for all. Renaming a class or a field of the domain does
not change them; a field without a stored name fails at import.
"""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter
from pydantic_core import SchemaSerializer, SchemaValidator

from order_projector.domain.details import (
    CalculatedDiscount,
    CalculatedTotals,
    Counted,
    EventDetails,
)
from order_projector.domain.facts import (
    Capture,
    Erasure,
    EventStamp,
    Payment,
    Redemption,
    Refund,
    Related,
    Rollback,
    Snapshot,
    Stack,
    Void,
)
from order_projector.domain.lines import Line
from order_projector.domain.redeemables import Coin, Discount, DiscountTarget, Gift, Points, UnitOff

_FACT: Final = {"id": "id", "event": "event", "at": "at", "kind": "kind"}
_MONEY: Final = {"amount": "amount", "currency": "currency", "method": "method", "date": "date"}
_TARGETS: Final = {"applicable_to": "applicable_to", "inapplicable_to": "inapplicable_to"}


def _as_they_are(*names: str) -> dict[str, str]:
    """Return stored names of fields that are stored under their own."""
    return {name: name for name in names}


STORED_NAMES: Final[Mapping[type, Mapping[str, str]]] = {
    EventStamp: {"created_at": "created_at", "id": "id"},
    Related: {"type": "type", "id": "id", "parent_id": "parent_id", "code": "code"},
    CalculatedDiscount: {"applied_discount_amount": "applied_discount_amount"},
    Redemption: _FACT
    | {"details": "details", "afterwards": "afterwards", "parent": "parent"}
    | {"calculated": "calculated", "redeemable": "redeemable", "related": "related"}
    | {"nth": "nth", "tells_for": "tells_for"},
    Stack: {"id": "id", "event": "event", "kind": "kind", "children": "children"}
    | {"whole": "whole", "details": "details", "calculated": "calculated"}
    | {"promotion_stack": "promotion_stack"},
    Rollback: _FACT
    | {"redemption": "redemption", "details": "details", "parent": "parent", "nth": "nth"},
    Payment: _FACT | _MONEY | {"type": "type", "capture": "capture"},
    Capture: {"id": "id", "amount": "amount"},
    Refund: _FACT | _MONEY | {"payment_id": "payment_id", "payment_amount": "payment_amount"},
    Snapshot: {"event": "event", "at": "at", "kind": "kind"}
    | {"details": "details", "becomes": "becomes"},
    Void: {"event": "event", "at": "at", "kind": "kind", "voids": "voids"},
    Erasure: {"event": "event", "at": "at", "kind": "kind"},
    Counted: {"place": "place"}
    | _as_they_are("initial_quantity", "initial_amount", "discount_quantity", "applied_quantity")
    | _as_they_are("applied_quantity_amount", "applied_discount_quantity")
    | _as_they_are("applied_discount_amount", "discount_amount"),
    CalculatedTotals: _as_they_are("total_amount", "amount", "discount_amount", "names_items")
    | _as_they_are("items_discount_amount", "adds_up"),
    EventDetails: {"counted": "counted", "discrepancy": "discrepancy"}
    | _as_they_are("source_id", "items", "amount", "totals", "metadata", "customer_id")
    | _as_they_are("customer_source_id", "referrer_id", "referrer_source_id", "status")
    | _as_they_are("created_at", "updated_at"),
    Line: _as_they_are("quantity", "amount", "price", "id", "source_id", "related_object")
    | _as_they_are("product_id", "sku_id", "product", "sku", "metadata"),
    Discount: {"kind": "kind", "units": "units"}
    | _TARGETS
    | _as_they_are("type", "effect", "amount_off", "percent_off", "fixed_amount")
    | _as_they_are("amount_limit", "aggregated_amount_limit"),
    Gift: {"kind": "kind"} | _as_they_are("credits", "effect", "used") | _TARGETS,
    Points: {"kind": "kind", "points": "points", "coin": "coin", "reward": "reward"},
    Coin: _as_they_are("exchange_ratio", "points_ratio"),
    UnitOff: _as_they_are("unit_off", "unit_type", "effect", "product", "sku"),
    DiscountTarget: _as_they_are("object", "id", "source_id", "price", "effect", "quantity_limit")
    | _as_they_are("aggregated_quantity_limit", "amount_limit", "aggregated_amount_limit")
    | _as_they_are("order_item_indices", "order_item_units", "skip_initially", "repeat", "target"),
}
"""By class, the stored name of each field."""


class StoredForm:
    """Reads and writes the facts of one class, or of several that their kinds distinguish."""

    def __init__(self, fact: Any, *others: Any) -> None:
        """Raise KeyError where a field of a class, or of one inside it, has no stored name."""
        any_of = reduce(or_, others, fact)
        kinds = Annotated[any_of, Field(discriminator="kind")] if others else fact
        self._validator: Final = SchemaValidator(_schema(kinds))
        # To write a fact as one of several classes takes twice as long.
        self._serializers: Final = {it: SchemaSerializer(_schema(it)) for it in (fact, *others)}

    def read(self, text: str) -> Any:
        """Return the fact of a stored text. Raises pydantic's ValidationError."""
        return self._validator.validate_json(text)

    def write(self, fact: Any) -> str:
        """Return the stored text of a fact."""
        serializer = self._serializers[type(fact)]
        return serializer.to_json(fact, exclude_none=True, by_alias=True).decode()


def _schema(fact: Any) -> Any:
    schema: Any = TypeAdapter(fact).core_schema
    _name_fields(schema, named=set())
    return schema


def _name_fields(schema: Any, named: set[int], owner: type | None = None) -> None:
    """Give each dataclass field in a core schema its stored name, once."""
    match schema:
        case list():
            for part in schema:
                _name_fields(part, named, owner)
        case {"type": "dataclass", "cls": cls}:
            _name_fields(schema["schema"], named, cls)
        case {"type": "dataclass-field", "name": name} if owner and id(schema) not in named:
            named.add(id(schema))
            stored = STORED_NAMES[owner][name]
            schema["validation_alias"] = schema["serialization_alias"] = stored
            _name_fields(schema["schema"], named, owner)
        case dict():
            for part in schema.values():
                _name_fields(part, named, owner)


FORMS: Final[Mapping[str, StoredForm]] = {
    "redemption": StoredForm(Redemption),
    "stack": StoredForm(Stack),
    "list": StoredForm(Stack),
    "rollback": StoredForm(Rollback),
    "payment": StoredForm(Payment),
    "refund": StoredForm(Refund),
    "event": StoredForm(Snapshot, Void),
    "capture": StoredForm(Payment),
    "erasure": StoredForm(Erasure),
}
"""By the first word of a fact's identity."""
