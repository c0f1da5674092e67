"""The event that a write becomes: built of the draft, and read by the worker's own decoder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from order_projector.api.errors import ApiError, Key, invalid_payload
from order_projector.api.wording import property_message
from order_projector.domain.clock import format_time
from order_projector.domain.facts import EventStamp
from order_projector.domain.limits import DEEPEST
from order_projector.events.decode import decode, read_data
from order_projector.events.outcome import Accepted, Outcome, Rejected
from order_projector.events.parsing import is_deeper
from order_projector.projection.publishing import OutgoingEvent

MOST_BYTES: Final = 900_000
"""The largest event: brokers take messages of up to a megabyte unless they are told otherwise."""

_AROUND_MEMBER: Final = 3
_AROUND_ITEMS_MEMBER: Final = 5
"""The levels of an event around a member of its order, and around one of an item."""


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """A write as an event: its type, envelope id and time in milliseconds, and the draft."""

    type: str
    id: str
    at: int
    order: Mapping[str, Any]

    def checked(self) -> Accepted:
        """Return what the worker will read. Raises `ApiError` if that would be a dead letter."""
        stamp = EventStamp(self.at, self.id)
        return _accepted(read_data(self.type, stamp, {"order": dict(self.order)}))

    def outgoing(self) -> OutgoingEvent:
        """Return the event to publish. Raises `ApiError` if it is too large or not readable."""
        value = self._value()
        if len(value) > MOST_BYTES:
            raise too_large()
        accepted = _accepted(decode(value))
        return OutgoingEvent(self.type, accepted.order_id, value)

    def _value(self) -> bytes:
        envelope = {
            "id": self.id,
            "type": self.type,
            "created_at": format_time(self.at),
            "data": {"order": self.order},
        }
        try:
            return orjson.dumps(envelope)
        except (TypeError, ValueError):
            raise invalid_payload("The order holds what cannot be stored") from None


def check_depth(order: Mapping[str, Any]) -> None:
    """Raise `ApiError` if the event of an order of valid types would be nested too deep."""
    for place, value, around in _members(order):
        if is_deeper(value, DEEPEST - around):
            raise invalid_payload(
                f"Property {place} must not be nested deeper than {DEEPEST - around} levels"
            )


def _members(order: Mapping[str, Any]) -> Iterator[tuple[str, Any, int]]:
    """Yield each member of an order and of its items: its path, its value, the levels around it."""
    for name, value in order.items():
        if name != "items" or not isinstance(value, list):
            yield f".{name}", value, _AROUND_MEMBER
            continue
        for nth, item in enumerate(value):
            for member, inner in (item or {}).items():
                yield f".items[{nth}].{member}", inner, _AROUND_ITEMS_MEMBER


def too_large() -> ApiError:
    """Return the error for an order whose event is too large."""
    return ApiError(Key.PAYLOAD_TOO_LARGE, f"The order's event has more than {MOST_BYTES} bytes")


def _accepted(outcome: Outcome) -> Accepted:
    match outcome:
        case Accepted():
            return outcome
        case Rejected(message=message):
            raise invalid_payload(property_message(message))
        case _:
            raise AssertionError(outcome)
