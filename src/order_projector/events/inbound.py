"""JSON Schemas of inbound events: a plain envelope with the data of each event type.

They are as strict as decoding where JSON Schema can express it. Sums, bounds over several lists and
the size of a value are checked only by decoding (`docs/how-to/consuming.md` lists them).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from order_projector.events.decode import FAILED, inbound
from order_projector.events.examples import EXAMPLES
from order_projector.events.fields import ID_SCHEMA, TIME_SCHEMA
from order_projector.events.json_schema import EMPTY_ARRAY_TOO, JsonSchema, json_schema
from order_projector.events.relevance import REDEMPTIONS, ROLLBACKS, Shape


@cache
def inbound_schemas() -> Mapping[str, JsonSchema]:
    """Return the schema of each known event type, which includes an example."""
    return dict(_schemas())


def _schemas() -> Iterator[tuple[str, JsonSchema]]:
    for name, adapter in inbound():
        yield name, _envelope(name, json_schema(adapter), _RULES.get(name, _SNAPSHOT))
    for name in FAILED:
        yield name, _envelope(name, EMPTY_ARRAY_TOO, {})


def _envelope(name: str, shape: JsonSchema, rule: JsonSchema) -> JsonSchema:
    data = dict(shape)
    definitions = data.pop("$defs", {})
    content = {**data, "allOf": [rule]}
    if passed_over := _PASSED_OVER.get(name):
        content = _any_of(passed_over, content)
        for element in definitions.keys() & {"RedemptionIn", "RollbackIn"}:
            definitions[element] = _any_of(_FAILED, definitions[element])
    return {
        "type": "object",
        "description": (
            "A plain envelope. Also accepted as a CloudEvent, structured or binary (then the value "
            "is `data`), and as a Voucherify webhook."
        ),
        "required": ["id", "type", "created_at", "data"],
        "properties": {
            "id": ID_SCHEMA,
            "type": {"enum": [name, f"customer.{name}"]},
            "created_at": TIME_SCHEMA,
            "data": content,
        },
        "examples": [EXAMPLES[name]],
        "$defs": definitions,
    }


def _having(**members: Any) -> JsonSchema:
    """Return the schema of an object that has these members."""
    return {"type": "object", "required": [*members], "properties": members}


def _holding(element: Mapping[str, Any]) -> JsonSchema:
    """Return the schema of a list with at least one such element."""
    return {"type": "array", "contains": element}


def _any_of(*rules: JsonSchema) -> JsonSchema:
    return {"anyOf": [*rules]}


def _all_of(*rules: JsonSchema) -> JsonSchema:
    return {"allOf": [*rules]}


_NULL: Final[JsonSchema] = {"type": "null"}
_LIST: Final[JsonSchema] = {"type": ["array", "null"]}
_OBJECT: Final[JsonSchema] = {"type": "object"}
_NAME: Final[JsonSchema] = {"type": "string", "minLength": 1}
_ORDER: Final = _having(order=_any_of(_having(id=_NAME), _having(source_id=_NAME)))
"""An object whose order has an id or a source id."""

_FAILED: Final = _having(result={"const": "FAILURE"})
_COUNTED: Final[JsonSchema] = {"type": "object", "not": _FAILED}
_NAMING: Final = _all_of(_ORDER, _COUNTED)
"""A redemption or rollback that is not as if absent, and whose order has a name."""


def _of_shape(shape: Shape, *others: JsonSchema) -> JsonSchema:
    """Return the rule of events that concern an order: they have elements, and name the order."""
    return _all_of(
        _any_of(_having(**{shape.several: _holding(_OBJECT)}), *others),
        _any_of(
            _ORDER,
            _having(**{shape.parent: _NAMING}),
            _having(**{shape.single: _NAMING}),
            _having(**{shape.several: _holding(_NAMING)}),
        ),
    )


def _passed_over(shape: Shape) -> JsonSchema:
    """Return the schema of the data that concern no order, or in which all has failed."""
    order = _having(order={"not": _NULL})
    members = {shape.single: order, shape.parent: order, shape.several: _holding(order)}
    gone = _any_of(_NULL, _FAILED)
    all_gone = {shape.single: gone, shape.parent: gone, shape.several: _LIST | {"items": gone}}
    return _any_of(
        EMPTY_ARRAY_TOO
        | {"not": _any_of(order, *(_having(**{name: each}) for name, each in members.items()))},
        {"type": "object", "properties": all_gone}
        | _any_of(
            _having(**{shape.single: _FAILED}),
            _having(**{shape.parent: _FAILED}),
            _having(**{shape.several: _holding(_FAILED)}),
        ),
    )


_PASSED_OVER: Final = {
    "redemption.succeeded": _passed_over(REDEMPTIONS),
    "redemption.rollback.succeeded": _passed_over(ROLLBACKS),
}
"""The data that are skipped without a look at the rest, by type."""

_REDEMPTION: Final = _of_shape(
    REDEMPTIONS, _having(redemption=_OBJECT) | {"not": _having(redemptions={"not": _NULL})}
)
_NO_LIST: Final[JsonSchema] = {"not": _having(rollbacks={"not": _NULL})}
_ROLLBACK: Final = _of_shape(
    ROLLBACKS,
    _having(redemption_rollback=_OBJECT) | _NO_LIST,
    _having(parent_rollback=_OBJECT) | _NO_LIST,
)
_PAID: Final = _any_of(
    _having(payment=_any_of(_having(order_id=_NAME), _having(order_source_id=_NAME))), _ORDER
)
_AMOUNT: Final = _having(payment=_having(amount={"type": "integer"}))
_NO_REFUND: Final[JsonSchema] = {"not": _having(refund={"not": {"type": "null"}})}
_NO_CAPTURE: Final[JsonSchema] = {"not": _having(capture={"not": {"type": "null"}})}
_SNAPSHOT: Final = _ORDER
_RULES: Final = {
    "redemption.succeeded": _REDEMPTION,
    "redemption.rollback.succeeded": _ROLLBACK,
    "payment.authorized": _all_of(_PAID, _AMOUNT, _NO_REFUND, _NO_CAPTURE),
    "payment.succeeded": _all_of(_PAID, _AMOUNT, _NO_REFUND),
    "payment.failed": _all_of(_PAID, _NO_REFUND, _NO_CAPTURE),
    "payment.canceled": _all_of(_PAID, _NO_REFUND, _NO_CAPTURE),
    "payment.refunded": _all_of(_PAID, _AMOUNT, _having(refund=_OBJECT), _NO_CAPTURE),
    "order.erased": _having(order=_having(id=_NAME)),
}
"""Requirements on the data of each type beyond its shape; all other types use `_SNAPSHOT`."""
