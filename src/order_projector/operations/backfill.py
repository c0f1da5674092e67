"""Orders as Voucherify's API lists them, as `order.created` events.

The id of an event derives from the order's id and ``updated_at``, so that sending a file again
changes nothing.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import orjson

from order_projector.adapters.kafka.producer.publisher import Message
from order_projector.domain.source_ids import order_id_from
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Rejected
from order_projector.events.parsing import parse
from order_projector.settings import Settings


class NoOrder(Exception):
    """A value that cannot be sent as an order; the message says why."""


def orders_in(text: bytes) -> Iterator[Any]:
    """Yield the orders of a JSON text: one order, a list of them, or an answer that lists them.

    Raises ValueError if the text is not JSON.
    """
    match parse(text):
        case {"orders": list(orders)}:
            yield from orders
        case list(orders):
            yield from orders
        case order:
            yield order


def backfill_message(settings: Settings, order: Any) -> Message:
    """Return the event that describes an order as it is. Raises `NoOrder`."""
    if not isinstance(order, Mapping):
        raise NoOrder("an order is a JSON object")
    _refuse_others(order)
    updated_at, created_at = order.get("updated_at"), order.get("created_at")
    moment = created_at if updated_at is None else updated_at
    if not isinstance(moment, str):
        raise NoOrder("updated_at, created_at: one of them is needed, as a time")
    event = {
        "id": _event_id(order, updated_at),
        "type": "order.created",
        "created_at": moment,
        "data": {"order": order},
    }
    value = _json(event)
    match decode(value, limit=settings.event_limit):
        case Accepted(order_id=order_id):
            return Message(settings.redemptions_topic, order_id.encode(), value, ())
        case Rejected(code=code, message=message):
            raise NoOrder(f"{code}: {message}")
        case _:
            raise NoOrder("it concerns no order")


def _refuse_others(order: Mapping[str, Any]) -> None:
    """Refuse what says that it is no order: with an id and a time, it would become one."""
    if "type" in order and "data" in order:
        raise NoOrder("an event, not an order: `send` publishes events")
    kind = order.get("object")
    if kind is not None and kind != "order":
        raise NoOrder(f"object: {kind!r:.100}, not an order")


def _json(event: Any) -> bytes:
    try:
        return orjson.dumps(event)
    except TypeError:  # a lone surrogate, or an integer beyond 64 bits, in a field of no interest
        return json.dumps(event).encode()


def _event_id(order: Mapping[str, Any], updated_at: Any) -> str:
    name = order.get("id")
    if not isinstance(name, str) or not name:
        source_id = order.get("source_id")
        if not isinstance(source_id, str) or not source_id:
            raise NoOrder("id, source_id: one of them is needed")
        name = order_id_from(source_id)
    text = f"{len(name)} {name} {updated_at}"
    return f"evt_backfill_{sha256(text.encode(errors='backslashreplace')).hexdigest()[:32]}"
