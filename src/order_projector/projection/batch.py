"""One batch of records, from what was read to what may be committed."""

import asyncio
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from order_projector.events.outcome import Accepted, Code, Outcome, Rejected, Skipped
from order_projector.projection.meter import Meter, timed
from order_projector.projection.ports import (
    Announcer,
    DeadLetter,
    DeadLetters,
    OrderStore,
    Record,
    StoredOrder,
)
from order_projector.projection.retry import Patience
from order_projector.projection.rounds import Rounds, Settled, TooLarge
from order_projector.projection.session import Fold, Told

Headers = Sequence[tuple[str, bytes | None]]
Decode = Callable[[bytes | None, Headers], Outcome]

RECORDS_AT_A_STRETCH: Final = 128
"""Records decoded before the event loop has its turn: a few milliseconds."""

_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Read:
    """A batch once it is read: the events told of each order, and what is to be buried."""

    told: dict[str, list[Told]] = field(default_factory=dict)
    rejected: list[DeadLetter] = field(default_factory=list)


class Projector:
    """Takes batches of records into the stored orders and announces what has changed.

    It can be stopped at any moment: what was not committed by then is read again, and comes out
    the same. All it keeps between two batches is what a batch that was given up has left behind.
    """

    def __init__(
        self,
        store: OrderStore,
        announcer: Announcer,
        dead_letters: DeadLetters,
        *,
        decode: Decode,
        fold: Fold,
        meter: Meter,
        random: Random,
    ) -> None:
        """Wire the projection to its world; ``random`` only spreads the pauses between retries."""
        self._store = store
        self._announcer = announcer
        self._dead_letters = dead_letters
        self._decode = decode
        self._meter = meter
        self._patience = Patience(meter, random)
        self._rounds = Rounds(store, fold, meter, self._patience)
        self._unseen: Final[dict[str, None]] = {}
        """Orders that were announced, or may yet be, and not looked at again."""

    async def process(self, records: Sequence[Record]) -> None:
        """Return once everything that the records do has been done; then they may be committed.

        Every rejected record is buried, every order stored by a majority, every announcement
        acknowledged. A service that is away is waited for, however long it takes.

        It can be cancelled. Then the next call, be it with no records at all, first announces once
        more what the cancelled one had begun to announce: others may have committed the same
        records before, and nobody else would follow up an announcement that came too late.
        """
        await self._follow_up()
        if records:
            await self._process(records)

    async def _follow_up(self) -> None:
        """Announce again, as they are stored, the orders that a cancelled call has left unseen."""
        if self._unseen:
            await self._look_again(await self._announce_stored(list(self._unseen)))

    async def _process(self, records: Sequence[Record]) -> None:
        self._meter.batch(len(records))
        with timed(self._meter, "decode"):
            read = await self._read(records)
        await self._bury(read.rejected)
        settled = await self._rounds.settle(read.told)
        await self._bury(_letters(settled.too_large, records))
        announced = await self._announce_settled(settled)
        await self._look_again(announced)

    async def _read(self, records: Sequence[Record]) -> Read:
        read = Read()
        for number, record in enumerate(records):
            if number % RECORDS_AT_A_STRETCH == 0:
                await asyncio.sleep(0)
            match self._decode(record.value, record.headers):
                case Accepted() as accepted:
                    told = _told(record, accepted)
                    read.told.setdefault(accepted.order_id, []).append(told)
                case Skipped(type=event_type):
                    self._meter.event(event_type, "skipped")
                case Rejected(code=code, message=message):
                    self._meter.event("invalid", "rejected")
                    read.rejected.append(DeadLetter(record, code, message))
        return read

    async def _bury(self, letters: Sequence[DeadLetter]) -> None:
        if not letters:
            return
        with timed(self._meter, "bury"):
            await self._patience.until_available("broker", lambda: self._dead_letters.bury(letters))
        for letter in letters:
            self._meter.dead_letter(letter.code)

    async def _announce_settled(self, settled: Settled) -> dict[str, int]:
        """Announce what was written, then what was redelivered; gives the revisions announced.

        Several revisions of one order go out one after the other.
        """
        announced: dict[str, int] = {}
        for wave in _waves(settled.written):
            announced |= await self._announce(wave)
        redelivered = [order_id for order_id in settled.redelivered if order_id not in announced]
        return announced | await self._announce_stored(redelivered)

    async def _look_again(self, announced: Mapping[str, int]) -> None:
        """Announce what somebody else has moved on meanwhile, until nothing has moved.

        Two workers can change one order one after the other and announce in the other sequence;
        after this the last announcement is of the last revision.
        """
        while announced:
            stored = await self._revisions(announced)
            moved = [order_id for order_id in stored if stored[order_id] > announced[order_id]]
            announced = await self._announce_stored(moved)
        self._unseen.clear()

    async def _revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        with timed(self._meter, "look"):
            return await self._patience.until_available(
                "database", lambda: self._store.revisions(order_ids)
            )

    async def _announce_stored(self, order_ids: Collection[str]) -> dict[str, int]:
        if not order_ids:
            return {}
        with timed(self._meter, "look"):
            stored = await self._patience.until_available(
                "database", lambda: self._store.stored(order_ids)
            )
        return await self._announce(stored)

    async def _announce(self, orders: Sequence[StoredOrder]) -> dict[str, int]:
        self._unseen.update(dict.fromkeys(stored.order_id for stored in orders))
        with timed(self._meter, "announce"):
            await self._patience.until_available("broker", lambda: self._announcer.announce(orders))
        return {stored.order_id: stored.revision for stored in orders}


def _told(record: Record, accepted: Accepted) -> Told:
    return Told(
        coordinates=record.coordinates,
        type=accepted.type,
        event=accepted.event,
        facts=accepted.facts,
        traceparent=_traceparent(record.headers),
    )


def _traceparent(headers: Headers) -> str | None:
    """The trace to continue: of the header, or of the CloudEvents extension of that name."""
    for name, value in headers:
        if name in {"traceparent", "ce_traceparent"} and value and _TRACEPARENT.fullmatch(value):
            return value.decode()
    return None


def _letters(too_large: Sequence[TooLarge], records: Sequence[Record]) -> list[DeadLetter]:
    if not too_large:
        return []
    by_coordinates = {record.coordinates: record for record in records}
    return [
        DeadLetter(by_coordinates[misfit.told.coordinates], Code.ORDER_TOO_LARGE, misfit.message)
        for misfit in too_large
    ]


def _waves(written: Mapping[str, Sequence[StoredOrder]]) -> list[list[StoredOrder]]:
    """The first revision of every order, then the second of those that have one, and so on."""
    depth = max(map(len, written.values()), default=0)
    return [
        [revisions[level] for revisions in written.values() if level < len(revisions)]
        for level in range(depth)
    ]
