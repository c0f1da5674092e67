"""An event as a producer sends it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Self, TypedDict

import orjson

from order_projector.domain.clock import format_time, parse_time
from order_projector.events.decode import decode
from order_projector.events.outcome import Rejected
from order_projector.testing.checks import Json, derived, identifier

Moment = datetime | str
"""A datetime with an offset, or an ISO 8601 string."""

NOON: Final = "2026-03-01T12:00:00.000Z"
"""The default time of a first event: nothing in this module reads a clock."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = 60_000


class Stamp(TypedDict, total=False):
    """Options of every builder: when the event happened, and its id."""

    at: Moment
    event_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event in a plain envelope, ready to be sent: `topic`, `key`, `value`.

    Unless given, its id is derived from its content, including the time: the same call always
    creates the same event.
    """

    type: str
    order_id: str
    created_at: str
    content: bytes
    given_id: str | None = None

    def __post_init__(self) -> None:
        """Raise ValueError if the worker would publish it as a dead letter."""
        outcome = decode(self.value)
        if isinstance(outcome, Rejected):
            raise ValueError(f"{self.type} is not valid: {outcome.message}")

    @property
    def id(self) -> str:
        """The event's id."""
        if self.given_id is not None:
            return self.given_id
        content = b"\n".join((self.type.encode(), self.created_at.encode(), self.content))
        return derived("evt", self.order_id, self.type, sha256(content).hexdigest()[:12])

    @property
    def data(self) -> Json:
        """A copy of the event's data."""
        data: Json = orjson.loads(self.content)
        return data

    @property
    def envelope(self) -> Json:
        """The event as a JSON object."""
        return {
            "id": self.id,
            "type": self.type,
            "created_at": self.created_at,
            "data": self.data,
        }

    @property
    def topic(self) -> str:
        """The topic it belongs on, by its default name."""
        return "payments" if self.type.startswith("payment.") else "redemptions"

    @property
    def key(self) -> bytes:
        """The key of its record: the order id."""
        return self.order_id.encode()

    @property
    def value(self) -> bytes:
        """The value of its record: the envelope as JSON."""
        return orjson.dumps(self.envelope)

    def at(self, moment: Moment) -> Self:
        """Return the event at another time: it has another id, unless its id was given."""
        return replace(self, created_at=time_of(moment))

    def later(self, minutes: int) -> Self:
        """Return the event this many minutes later.

        Raises TypeError if that is not an integer, ValueError if no year has that time.
        """
        if isinstance(minutes, bool) or not isinstance(minutes, int):
            raise TypeError(f"minutes: {minutes!r} should be a whole number of minutes")
        try:
            return replace(self, created_at=after(self.created_at, minutes))
        except ValueError as error:
            raise ValueError(f"minutes: {minutes}: {error}") from None


def in_sequence(*events: Event, start: Moment = NOON) -> tuple[Event, ...]:
    """Return the events in the given order, one minute apart, the first one at ``start``.

    An ``event.voided`` names the id that the event it takes back has there.
    """
    begin = time_of(start, "start")
    for event in events:
        an_event("events", event)
    timed = [(event, after(begin, minute)) for minute, event in enumerate(events)]
    # Of several copies of an event the last one counts, and only its id can be voided.
    places = {event.id: (event, time) for event, time in timed}
    return tuple(_placed(event, time, places) for event, time in timed)


def _placed(event: Event, time: str, places: Mapping[str, tuple[Event, str]]) -> Event:
    moved = event.at(time)
    if event.type != "event.voided":
        return moved
    # Without the event itself: voids of given ids may name each other in a circle.
    others = {name: place for name, place in places.items() if name != event.id}
    named = event.data["voids"]
    if named not in others:
        return moved
    voids = _placed(*others[named], others).id
    return replace(moved, content=orjson.dumps(event.data | {"voids": voids}))


def build_event(
    kind: str, order_id: str, data: Mapping[str, Any], stamp: Mapping[str, Any], usual: str
) -> Event:
    """Build an event at its usual time, unless the stamp gives another.

    Raises TypeError or ValueError naming what is wrong.
    """
    event_id = stamp.get("event_id")
    identifier("order_id", order_id)
    try:
        content = orjson.dumps(data)
    except TypeError as error:
        raise TypeError(f"{kind} cannot be written as JSON: {error}") from None
    return Event(
        type=kind,
        order_id=order_id,
        created_at=time_of(stamp.get("at", usual)),
        content=content,
        given_id=None if event_id is None else identifier("event_id", event_id),
    )


def an_event(name: str, value: object) -> Event:
    """Return an event. Raises TypeError if it is something else."""
    if not isinstance(value, Event):
        raise TypeError(f"{name}: {value!r} should be an event")
    return value


def usual(minute: int) -> str:
    """Return the time this many minutes after `NOON`."""
    return after(NOON, minute)


def after(time: str, minutes: int) -> str:
    """Return the time this many minutes after another."""
    return format_time(parse_time(time) + minutes * _MINUTE)


def time_of(moment: Moment, name: str = "at") -> str:
    """Format a time as the worker does.

    Raises TypeError if it is neither a string nor a datetime, ValueError if a string is not a date
    and time, or a datetime has no offset.
    """
    if not isinstance(moment, str | datetime):
        raise TypeError(f"{name}: {moment!r} should be a datetime or an ISO 8601 string")
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise ValueError(f"{name}: {moment!r} should have a time zone")
    try:
        return format_time(_millis(moment))
    except ValueError as error:
        raise ValueError(f"{name}: {moment!r}: {error}") from None


def _millis(moment: Moment) -> int:
    if isinstance(moment, str):
        return parse_time(moment)
    return (moment - _EPOCH) // timedelta(milliseconds=1)
