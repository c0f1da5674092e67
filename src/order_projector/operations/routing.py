"""To which topic an event goes, and by which key."""

from collections.abc import Mapping
from typing import Any

from order_projector.adapters.kafka.producer.publisher import Headers, Message
from order_projector.domain.source_ids import order_id_from
from order_projector.events.decode import decode
from order_projector.events.envelope import canonical
from order_projector.events.outcome import Accepted
from order_projector.events.parsing import parse
from order_projector.settings import Settings

_PAYMENTS = "payment."


def routed(settings: Settings, value: bytes, headers: Headers = ()) -> Message:
    """Return the message of an event in an envelope, for the topic of its type.

    Its key is the order that it names, as far as that can be read; an event that the worker would
    reject is routed all the same. Raises ValueError if the value is not JSON.
    """
    event = parse(value)
    is_payment = canonical(_type(event)).startswith(_PAYMENTS)
    topic = settings.payments_topic if is_payment else settings.redemptions_topic
    order_id = _order_id(settings, value, event)
    return Message(topic, order_id.encode() if order_id else None, value, headers)


def _type(event: Any) -> str:
    for envelope in (_member(event, "event"), event):
        if isinstance(found := _member(envelope, "type"), str):
            return found
    return ""


def _order_id(settings: Settings, value: bytes, event: Any) -> str | None:
    outcome = decode(value, limit=settings.event_limit)
    if isinstance(outcome, Accepted):
        return outcome.order_id
    data = _member(event, "data")
    order, payment = _member(data, "order"), _member(data, "payment")
    ids = (_member(order, "id"), _member(payment, "order_id"))
    sources = (_member(order, "source_id"), _member(payment, "order_source_id"))
    named = next((name for name in ids if _is_name(name)), None)
    if named is None and (source := next((it for it in sources if _is_name(it)), None)):
        named = order_id_from(source)
    return named


def _is_name(value: Any) -> bool:
    """Whether it can be part of a key: a text that is valid Unicode."""
    return isinstance(value, str) and value != "" and value.isprintable()


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None
