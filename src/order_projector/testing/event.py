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
"""A time with an offset, or an ISO 8601 text."""

NOON: Final = "2026-03-01T12:00:00.000Z"
"""The default time of a first event: nothing in this module reads a clock."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = 60_000


class Stamp(TypedDict, total=False):
    """Arguments of every builder: when the event happened, and its id."""

    at: Moment
    event_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event in a plain envelope, ready to be sent: `topic`, `key`, `value`.

    Its id is derived from its content, the time included: the same call makes the same event.
    """

    type: str
    order_id: str
    created_at: str
    content: bytes
    given_id: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where the worker would make a dead letter of it."""
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
        """Return a copy of the event's data."""
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
        """The topic it belongs on, by the names that the worker has for them."""
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
        """The same happening at another time: another event, unless it was given an id."""
        return replace(self, created_at=time_of(moment))

    def later(self, minutes: int) -> Self:
        """The same happening that many minutes later."""
        return replace(self, created_at=after(self.created_at, minutes))


def in_sequence(*events: Event, start: Moment = NOON) -> tuple[Event, ...]:
    """The same happenings one minute after the other, in the sequence in which they stand here."""
    begin = time_of(start)
    return tuple(event.at(after(begin, minute)) for minute, event in enumerate(events))


def build_event(
    kind: str, order_id: str, data: Mapping[str, Any], stamp: Mapping[str, Any], usual: str
) -> Event:
    """Build an event, at its usual time unless another is given.

    Raises TypeError or ValueError naming what is wrong.
    """
    event_id = stamp.get("event_id")
    try:
        content = orjson.dumps(data)
    except TypeError as error:
        raise TypeError(f"{kind} cannot be written as JSON: {error}") from None
    return Event(
        type=kind,
        order_id=identifier("order_id", order_id),
        created_at=time_of(stamp.get("at", usual)),
        content=content,
        given_id=None if event_id is None else identifier("event_id", event_id),
    )


def usual(minute: int) -> str:
    """So many minutes after noon."""
    return after(NOON, minute)


def after(time: str, minutes: int) -> str:
    """So many minutes after a time."""
    return format_time(parse_time(time) + minutes * _MINUTE)


def time_of(moment: Moment) -> str:
    """The time as the worker writes it.

    Raises ValueError where a text is no date and time, or a datetime has no offset.
    """
    if isinstance(moment, str):
        try:
            return format_time(parse_time(moment))
        except ValueError as error:
            raise ValueError(f"at: {moment!r}: {error}") from None
    if moment.tzinfo is None:
        raise ValueError(f"at: {moment!r} should have a time zone")
    return format_time((moment - _EPOCH) // timedelta(milliseconds=1))
