"""Every message that the worker consumes or publishes, with its schema."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from order_projector.events.decode import FAILED
from order_projector.events.inbound import inbound_schemas
from order_projector.events.json_schema import JsonSchema, json_schema
from order_projector.events.order_updated import ANNOUNCED, TIME
from order_projector.events.outcome import Code
from order_projector.settings import Settings
from order_projector.worker.schema import MessageSpec

_STRING: Final[JsonSchema] = {"type": "string"}
_NOW: Final[JsonSchema] = {"type": "string", "format": "date-time", "pattern": TIME}
_NUMBER: Final[JsonSchema] = {"type": "string", "pattern": "^[0-9]+$"}
_DEAD_LETTER_HEADERS: Final[JsonSchema] = {
    "error-code": {"enum": [code.value for code in Code]},
    "error-message": {"type": "string", "description": "Which field, and why."},
    "source-topic": _STRING,
    "source-partition": _NUMBER,
    "source-offset": _NUMBER,
    "failed-at": _NOW,
    "value-omitted": _NUMBER
    | {"description": "Bytes of the value, which is left out if the message would be too large."},
}


def received(settings: Settings) -> Iterator[MessageSpec]:
    """Yield the messages consumed, each on its usual topic.

    Any event type is accepted on any inbound topic.
    """
    for name, schema in inbound_schemas().items():
        payment = name.startswith("payment.")
        yield MessageSpec(
            settings.payments_topic if payment else settings.redemptions_topic,
            name,
            schema,
            summary="Counted; has no effect on any order." if name in FAILED else "",
            examples=tuple(schema["examples"]),
        )


def sent(settings: Settings) -> Iterator[MessageSpec]:
    """Yield the messages published."""
    yield MessageSpec(
        settings.order_updated_topic,
        "order-updated",  # `order.updated` names an inbound message
        json_schema(ANNOUNCED),
        headers=_headers(
            {
                "ce_specversion": {"const": "1.0"},
                "ce_id": {
                    "type": "string",
                    "pattern": ":[1-9][0-9]*$",
                    "description": "<order id>:<revision>",
                },
                "ce_type": {"const": "order.updated"},
                "ce_source": {"const": settings.event_source},
                "ce_subject": _STRING | {"description": "The order id, as in the key."},
                "ce_time": _NOW | {"description": "When it was published."},
                "content-type": {"const": "application/json"},
                "traceparent": {
                    "type": "string",
                    "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
                    "description": "W3C trace context, if an inbound event had one.",
                },
            },
            optional=("traceparent",),
        ),
        summary="An order has changed: CloudEvents 1.0, in Kafka's binary mode. A record without a "
        "value, which the schema does not describe, says that the order was erased.",
    )
    yield MessageSpec(
        settings.dead_letters_topic,
        "dead-letter",
        {"description": "The unchanged value of the record; null for a tombstone."},
        headers=_headers(_DEAD_LETTER_HEADERS, optional=("value-omitted",)),
        summary="A record that can never be processed: its key, value and headers, and the reason.",
    )


def _headers(properties: dict[str, Any], optional: Iterable[str] = ()) -> JsonSchema:
    required = [name for name in properties if name not in set(optional)]
    return {"type": "object", "required": required, "properties": properties}
