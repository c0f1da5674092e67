"""Every message of the worker, for the AsyncAPI document."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from order_projector.events.decode import FAILED, inbound
from order_projector.settings import Settings
from order_projector.worker.schema import REFS, JsonSchema, Message

_STRING: Final[JsonSchema] = {"type": "string"}
_TEXT: Final[JsonSchema] = {"type": ["string", "null"]}
_TIME: Final[JsonSchema] = {"type": "string", "format": "date-time"}
_LATER: Final[JsonSchema] = {"type": ["string", "null"], "format": "date-time"}
_CENTS: Final[JsonSchema] = {
    "type": "integer",
    "description": "Money, in the smallest currency unit.",
}
_UNITS: Final[JsonSchema] = {"type": "integer", "minimum": 0}
_NUMBER: Final[JsonSchema] = {"type": "string", "pattern": "^[0-9]+$"}
_LETTER: Final[JsonSchema] = {
    "error-code": {
        "enum": [
            *("invalid_json", "invalid_envelope", "invalid_event"),
            *("unknown_order", "order_too_large", "invariant_violation"),
        ]
    },
    "error-message": {"type": "string", "description": "Which field, and why."},
    "source-topic": _STRING,
    "source-partition": _NUMBER,
    "source-offset": _NUMBER,
    "failed-at": _TIME,
}
_OPAQUE: Final[JsonSchema] = {"type": "object", "additionalProperties": True}
_NAMES: Final[JsonSchema] = {"type": "array", "items": _STRING}
_PERSON: Final[JsonSchema] = {"type": "object", "properties": {"id": _STRING, "object": _STRING}}


def received(settings: Settings) -> Iterator[Message]:
    """What is read. Any type is accepted on any inbound topic; these are the usual ones."""
    for name, adapter in inbound():
        payment = name.startswith("payment.")
        data = adapter.json_schema(ref_template=REFS)
        yield Message(
            settings.payments_topic if payment else settings.redemptions_topic,
            name,
            _envelope(name, data),
        )
    for name in FAILED:
        yield Message(
            settings.redemptions_topic,
            name,
            _envelope(name, dict(_OPAQUE)),
            summary="Counted, and without effect on any order.",
        )


def sent(settings: Settings) -> Iterator[Message]:
    """What is published."""
    yield Message(
        settings.order_updated_topic,
        "order-updated",  # events of the type order.updated come in as well
        _ORDER_UPDATED,
        headers=_headers(
            {
                "ce_specversion": {"const": "1.0"},
                "ce_id": {"type": "string", "description": "<order id>:<revision>"},
                "ce_type": {"const": "order.updated"},
                "ce_source": {"const": settings.event_source},
                "ce_subject": {"type": "string", "description": "The order id, as the key."},
                "ce_time": _TIME,
                "content-type": {"const": "application/json"},
                "traceparent": _STRING,
            },
            optional=("traceparent",),
        ),
        summary="An order has changed: CloudEvents 1.0, in Kafka's binary mode.",
    )
    yield Message(
        settings.dead_letters_topic,
        "dead-letter",
        {"description": "The value of the record, as it came; null for a tombstone."},
        headers=_headers(_LETTER),
        summary="A record that can never succeed: its own key, value and headers, and the reason.",
    )


def _envelope(name: str, data: JsonSchema) -> JsonSchema:
    definitions = data.pop("$defs", {})
    return {
        "type": "object",
        "required": ["id", "type", "created_at", "data"],
        "properties": {
            "id": _STRING,
            "type": {"enum": [name, f"customer.{name}"]},
            "created_at": _TIME,
            "data": data,
        },
        "description": "Also as a CloudEvent, structured or binary, and as a Voucherify webhook.",
        "$defs": definitions,
    }


def _headers(properties: dict[str, Any], optional: Iterable[str] = ()) -> JsonSchema:
    required = [name for name in properties if name not in set(optional)]
    return {"type": "object", "required": required, "properties": properties}


_ITEM: Final[JsonSchema] = {
    "type": "object",
    "properties": {
        "object": {"const": "order_item"},
        **dict.fromkeys(("id", "source_id", "related_object", "product_id", "sku_id"), _STRING),
        **dict.fromkeys(("quantity", "initial_quantity", "discount_quantity"), _UNITS),
        **dict.fromkeys(
            ("amount", "initial_amount", "discount_amount", "price", "subtotal_amount"), _CENTS
        ),
        **dict.fromkeys(("product", "sku", "metadata"), _OPAQUE),
    },
}
_REDEMPTION: Final[JsonSchema] = {
    "type": "object",
    "properties": {
        "date": _TIME,
        "rollback_id": _STRING,
        "rollback_date": _TIME,
        **dict.fromkeys(
            ("related_object_type", "related_object_id", "related_object_parent_id"), _STRING
        ),
        "stacked": _NAMES,
        "rollback_stacked": _NAMES,
    },
}
_PAYMENT: Final[JsonSchema] = {
    "type": "object",
    "required": ["status"],
    "properties": {
        "date": _TIME,
        "status": {"enum": ["AUTHORIZED", "SUCCEEDED", "FAILED", "CANCELED", "REFUNDED"]},
        "amount": _CENTS,
        "refunded_amount": _CENTS,
        "currency": _STRING,
        "method": _STRING,
    },
}
_ORDER: Final[JsonSchema] = {
    "type": "object",
    "required": [
        *("id", "source_id", "created_at", "updated_at", "metadata"),
        *("customer_id", "referrer_id", "object"),
    ],
    "properties": {
        "id": _STRING,
        "source_id": _TEXT,
        "created_at": _TIME,
        "updated_at": _LATER,
        "status": {"enum": ["CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED"]},
        **dict.fromkeys(
            ("amount", "initial_amount", "discount_amount", "items_discount_amount"), _CENTS
        ),
        **dict.fromkeys(("total_discount_amount", "total_amount"), _CENTS),
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/OrderUpdatedItem"}},
        "metadata": _OPAQUE,
        "customer": {"oneOf": [_PERSON, {"type": "null"}]},
        "referrer": {"oneOf": [_PERSON, {"type": "null"}]},
        "customer_id": _TEXT,
        "referrer_id": _TEXT,
        "object": {"const": "order"},
        "redemptions": {
            "type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/OrderUpdatedRedemption"},
        },
        "payments": {
            "type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/OrderUpdatedPayment"},
        },
    },
}
_ORDER_UPDATED: Final[JsonSchema] = {
    "type": "object",
    "required": ["order", "revision", "changes", "causes"],
    "properties": {
        "order": {"$ref": "#/components/schemas/OrderUpdatedOrder"},
        "revision": {"type": "integer", "minimum": 1},
        "changes": _NAMES | {"description": "Top-level fields that came, changed or went away."},
        "causes": _NAMES | {"description": "Ids of the events taken in since the last revision."},
    },
    "$defs": {
        "OrderUpdatedOrder": _ORDER,
        "OrderUpdatedItem": _ITEM,
        "OrderUpdatedRedemption": _REDEMPTION,
        "OrderUpdatedPayment": _PAYMENT,
    },
}
