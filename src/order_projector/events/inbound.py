"""JSON Schemas of inbound events: a plain envelope with the data of each event type.

They are as strict as decoding where JSON Schema can express it. Sums, bounds over several lists and
the size of a value are checked only by decoding (`docs/how-to/consuming.md` lists them).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from order_projector.events.decode import FAILED, inbound
from order_projector.events.examples import EXAMPLES
from order_projector.events.fields import ID_SCHEMA, TIME_SCHEMA
from order_projector.events.json_schema import EMPTY_ARRAY_TOO, JsonSchema, json_schema


def inbound_schemas() -> Iterator[tuple[str, JsonSchema]]:
    """Yield each known event type with the schema of its events, which includes an example."""
    for name, adapter in inbound():
        yield name, _envelope(name, json_schema(adapter), _RULES.get(name, _SNAPSHOT))
    for name in FAILED:
        yield name, _envelope(name, EMPTY_ARRAY_TOO, {})


def _envelope(name: str, shape: JsonSchema, rule: JsonSchema) -> JsonSchema:
    data = dict(shape)
    definitions = data.pop("$defs", {})
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
            "data": {**data, "allOf": [rule]},
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


_OBJECT: Final[JsonSchema] = {"type": "object"}
_NAME: Final[JsonSchema] = {"type": "string", "minLength": 1}
_ORDER: Final = _having(order=_any_of(_having(id=_NAME), _having(source_id=_NAME)))
"""An object whose order has an id or a source id."""

_REDEMPTION: Final = _all_of(
    _any_of(
        _having(redemptions=_holding(_OBJECT)),
        _having(redemption=_OBJECT) | {"not": _having(redemptions={"type": "array"})},
    ),
    _any_of(
        _ORDER,
        _having(parent_redemption=_ORDER),
        _having(redemption=_ORDER),
        _having(redemptions=_holding(_ORDER)),
    ),
)
_ROLLBACK: Final = _all_of(
    _any_of(
        _having(parent_rollback=_OBJECT),
        _having(redemption_rollback=_OBJECT),
        _having(rollbacks=_holding(_OBJECT)),
    ),
    _any_of(
        _ORDER,
        _having(parent_rollback=_ORDER),
        _having(redemption_rollback=_ORDER),
        _having(rollbacks=_holding(_ORDER)),
    ),
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
