"""Project events in this process: no broker, no database, no waiting."""

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import orjson

from order_projector.adapters.offline import Offline
from order_projector.events.order_updated import announced
from order_projector.projection.ports import Announcement, Coordinates, DeadLetter, Record
from order_projector.projection.stored import ErasedOrder, StoredFlag
from order_projector.testing.checks import Json, text
from order_projector.testing.envelopes import Sealed
from order_projector.testing.event import Event
from order_projector.testing.update import Flag, Update

Sent = Event | Sealed | Mapping[str, Any] | bytes | str
"""A built event, an envelope as a JSON object, or a record's value."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: the error, and the record's key and value as they were sent."""

    code: str
    message: str
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Projected:
    """The served orders by id, every `order.updated` on the way, and the dead letters.

    ``flags`` has the flags of each order that has any, by order id. ``skipped`` says how many
    events had no effect, by their type or by the reason: ``foreign`` for a type that is not ours,
    ``duplicate`` for what was known already.
    """

    orders: Mapping[str, Json]
    updates: tuple[Update, ...]
    dead_letters: tuple[Letter, ...]
    flags: Mapping[str, tuple[Flag, ...]]
    skipped: Mapping[str, int]

    def order(self, order_id: str) -> Json:
        """Return an order as served. Raises LookupError listing what there is instead."""
        if order_id in self.orders:
            return self.orders[order_id]
        dead_letters = "; ".join(f"{letter.code}: {letter.message}" for letter in self.dead_letters)
        raise LookupError(
            f"no order {order_id!r}; orders: {', '.join(self.orders) or 'none'}; "
            f"dead letters: {dead_letters or 'none'}"
        )


def project(events: Iterable[Sent]) -> Projected:
    """Project the events as a worker does that receives them one at a time, in this order.

    The resulting orders do not depend on the arrival order; the revisions on the way do. Raises
    TypeError for one event that is not in a list, and for what is not an event, ValueError for a
    text that UTF-8 cannot hold.
    """
    if isinstance(events, Event | Sealed | Mapping | bytes | str):
        raise TypeError("events: should be a list, even of one event: [event]")
    if not isinstance(events, Iterable):
        raise TypeError(f"events: {events!r} should be a list of events")
    records = [_record(number, event) for number, event in enumerate(events)]
    # In a separate thread, because a test may have an event loop running in this one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        offline = thread.submit(asyncio.run, _processed(records)).result()
    return Projected(
        orders={stored.order_id: dict(stored.order) for stored in offline.store.all()},
        updates=tuple(map(_update, offline.announcer.announced)),
        dead_letters=tuple(map(_letter, offline.dead_letters.published)),
        flags={name: tuple(map(_flag, flags)) for name, flags in offline.store.flags().items()},
        skipped=offline.tally.skipped(),
    )


async def _processed(records: list[Record]) -> Offline:
    offline = Offline()
    for record in records:
        await offline.process([record])
    return offline


def _record(number: int, event: Sent) -> Record:
    at = Coordinates("events", 0, number)
    match event:
        case Sealed():
            return Record(at, event.key, event.value, event.headers)
        case Event():
            return Record(at, event.key, event.value)
        case bytes():
            return Record(at, None, event)
        case str():
            return Record(at, None, text("events", event).encode())
        case Mapping():
            return Record(at, None, _as_json(event))
        case _:
            raise TypeError(
                f"events: {event!r} should be an event, an envelope as a mapping, "
                "or a record's value"
            )


def _as_json(envelope: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(envelope)
    except TypeError as error:
        raise TypeError(f"events: {envelope!r} cannot be written as JSON: {error}") from None


def _update(stored: Announcement) -> Update:
    if isinstance(stored, ErasedOrder):
        return Update(stored.order_id, stored.revision, order={}, erased=True)
    update = Update(
        order_id=stored.order_id,
        revision=stored.revision,
        order=dict(stored.order),
        changes=stored.changes,
        causes=stored.causes,
        flags=tuple(map(_flag, stored.flags)),
    )
    announced(update.value)  # raises if the update does not match the published schema
    return update


def _flag(flag: StoredFlag) -> Flag:
    return Flag(flag.code, flag.event, flag.about, flag.message)


def _letter(letter: DeadLetter) -> Letter:
    return Letter(letter.code, letter.message, letter.record.key, letter.record.value)
