"""Reconcile the compacted `order.updated` with the collection, order by order.

After a backup was restored, records can be ahead of what is stored; a document that was deleted and
came back begins its revisions again. Workers that run in the meantime announce revisions for the
second time, with other values. Then the stored revision becomes one more than the highest that any
record has, so that a consumer that keeps the highest revision is right again. A last record that is
behind what is stored is followed by the stored order.

One partition is read at a time, and of each key only two revisions and a fingerprint kept. An order
that seems to differ is read again before it is judged: under load, records and documents move on
while they are read.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import Final

from order_projector.adapters.kafka.producer.outbound import announced_value
from order_projector.adapters.kafka.producer.publisher import partition_of
from order_projector.adapters.kafka.reading import LogReader, Span
from order_projector.events.parsing import parse
from order_projector.operations.pacing import Pace
from order_projector.operations.updates import revision_of
from order_projector.projection.bookkeeping import fingerprint
from order_projector.projection.ports import (
    Announcement,
    OrderStore,
    OrderWrite,
    Partition,
    Record,
    Unusable,
)
from order_projector.projection.rewriting import Rewriter, Rewritten
from order_projector.projection.scanning import OrderScan, ScannedOrder

LOOKS: Final = 4
"""How often a record that is behind is looked at before it is followed by the stored order."""
PAUSE: Final = 1.5
"""Seconds between two looks: a worker announces what it has stored within that time."""
AT_ONCE: Final = 200
MOST_KEPT: Final = 1_000


class Standing(StrEnum):
    """How the records of an order compare with what is stored.

    AHEAD: one has a higher revision, or the same one with another value. BEHIND: the last one is
    older, or there is none. MISSING: nothing is stored. ERASED: that of the highest revision has no
    value, and the order is stored.
    """

    EQUAL = "equal"
    AHEAD = "ahead"
    BEHIND = "behind"
    MISSING = "missing"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class OrderRecords:
    """What is kept of an order's records.

    ``revision`` is the highest of them all, which need not be that of the ``last`` one; ``values``
    are the fingerprints of its values: two, where a revision was announced twice and differently.
    """

    last: int
    revision: int
    values: tuple[str, ...]

    def followed_by(self, revision: int, value: str) -> "OrderRecords":
        """Return them with one record more."""
        if revision > self.revision:
            return OrderRecords(revision, revision, (value,))
        if revision < self.revision or value in self.values:
            return replace(self, last=revision)
        return OrderRecords(revision, revision, (*self.values, value))


@dataclass(frozen=True, slots=True)
class Found:
    """An order that was put right, or that cannot be."""

    order_id: str
    standing: Standing
    record: int | None
    stored: int | None
    is_done: bool


@dataclass(slots=True)
class Reconciliation:
    """How many orders stood how; those that were not equal, some of them by id."""

    counts: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)

    def add(self, found: Found) -> None:
        """Count an order."""
        self.counts[found.standing] += 1
        if not found.is_done:
            self.counts["left"] += 1
        if len(self.found) < MOST_KEPT:
            self.found.append(found)

    def numbers(self) -> dict[str, int]:
        """Return every count by name, of those that are none as well; what is left, if any is."""
        counts = dict.fromkeys(map(str, Standing), 0)
        return counts | {str(name): count for name, count in self.counts.items()}


def standing(records: OrderRecords | None, stored: Announcement | None) -> Standing:
    """Return how the records of an order compare with what is stored."""
    if stored is None:
        return Standing.MISSING
    if records is None or records.revision < stored.revision:
        return Standing.BEHIND
    value = fingerprint_of(announced_value(stored))
    if records.revision == stored.revision and records.values == (value,):
        return Standing.EQUAL if records.last == stored.revision else Standing.BEHIND
    if _NO_VALUE in records.values and value != _NO_VALUE:
        return Standing.ERASED
    return Standing.AHEAD


def above(scanned: ScannedOrder, records: OrderRecords | None) -> OrderWrite | None:
    """Return the write that sets the revision to one more than the highest of the records.

    None if it is higher by now, or the document cannot be read.
    """
    state = scanned.state
    if isinstance(state, Unusable) or records is None or state.revision > records.revision:
        return None
    revision = records.revision + 1
    raised = replace(
        state,
        counter=max(state.counter + 1, revision),
        revision=revision,
        changes=(),
        causes=(),
        traceparent=None,
        revision_flags=state.flags,
    )
    return OrderWrite(scanned.order_id, state.counter, scanned.served, raised)


@dataclass(slots=True)
class Reconciler:
    """Reconciles one partition after the other. Raises `Unavailable`; it is safe to repeat."""

    reader: LogReader
    store: OrderStore
    scan: OrderScan
    rewriter: Rewriter
    pace: Pace
    result: Reconciliation
    progress: Callable[[int], None]
    pause: float = PAUSE
    _records: dict[str, OrderRecords] = field(default_factory=dict)
    _read_to: int = 0

    async def partition(self, at: Partition, partitions: int) -> None:
        """Reconcile the orders whose key belongs to a partition of the topic."""
        self._records, self._read_to = {}, (await self.reader.spans([at]))[at].begin
        await self._read_on(at, partitions)
        suspects = await self._suspects()
        async for ids in self.scan.ids():
            suspects += (
                order_id
                for order_id in ids
                if order_id not in self._records
                and partition_of(order_id.encode(), partitions) == at[1]
            )
        for some in _groups(suspects):
            await self._settle(at, partitions, dict.fromkeys(some))

    async def _suspects(self) -> list[str]:
        suspects = list[str]()
        for some in _groups(list(self._records)):
            stored = await self._stored(some)
            for order_id in some:
                await self.pace.wait()
                if standing(self._records[order_id], stored.get(order_id)) is not Standing.EQUAL:
                    suspects.append(order_id)
                else:
                    self.result.counts[Standing.EQUAL] += 1
            self.progress(len(some))
        return suspects

    async def _settle(self, at: Partition, partitions: int, left: dict[str, None]) -> None:
        """Look again until a difference is certain, then put it right.

        A record that is ahead is certain once the document was read after it.
        """
        for look in range(LOOKS):
            if look:
                await asyncio.sleep(self.pause)
            await self._read_on(at, partitions)
            stored = await self._stored(left)
            for order_id in list(left):
                if order_id not in self._records and order_id not in stored:
                    del left[order_id]  # the document of a source id, which never was an order
                    continue
                found = standing(self._records.get(order_id), stored.get(order_id))
                if found is Standing.EQUAL:
                    self.result.counts[Standing.EQUAL] += 1
                    del left[order_id]
                elif found is not Standing.BEHIND or look == LOOKS - 1:
                    await self._put_right(order_id, found, stored.get(order_id))
                    del left[order_id]
            if not left:
                return

    async def _put_right(self, order_id: str, found: Standing, stored: Announcement | None) -> None:
        records = self._records.get(order_id)
        is_done = False
        match found:
            case Standing.AHEAD:
                is_done = await self._raise(order_id, records)
            case Standing.BEHIND:
                await self.rewriter.announce([order_id])
                is_done = True
            case _:
                pass
        self.result.add(
            Found(
                order_id,
                found,
                None if records is None else _compared(records, found),
                None if stored is None else stored.revision,
                is_done,
            )
        )

    async def _raise(self, order_id: str, records: OrderRecords | None) -> bool:
        scanned = await self.scan.some([order_id])
        if not scanned:
            return False
        rewritten = await self.rewriter.rewrite(scanned[0], lambda each: above(each, records))
        return rewritten is not Rewritten.FAILED

    async def _read_on(self, at: Partition, partitions: int) -> None:
        end = (await self.reader.spans([at]))[at].end
        async for record in self.reader.read({at: Span(self._read_to, end)}):
            self._keep(record, partitions)
        self._read_to = max(end, self._read_to)

    def _keep(self, record: Record, partitions: int) -> None:
        """Keep what the record says, unless its key moved when partitions were added."""
        revision, key = revision_of(record), record.key
        if key is None or revision is None:
            return
        if partition_of(key, partitions) == record.coordinates.partition:
            name = key.decode(errors="replace")
            value, before = fingerprint_of(record.value), self._records.get(name)
            self._records[name] = (
                OrderRecords(revision, revision, (value,))
                if before is None
                else before.followed_by(revision, value)
            )

    async def _stored(self, order_ids: Collection[str]) -> Mapping[str, Announcement]:
        return {order.order_id: order for order in await self.store.stored(order_ids)}


def _compared(records: OrderRecords, found: Standing) -> int:
    """Return the revision that decided it."""
    return records.last if found is Standing.BEHIND else records.revision


def _groups(order_ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(order_ids)
    while some := list(islice(left, AT_ONCE)):
        yield some


_NO_VALUE: Final = ""


def fingerprint_of(value: bytes | None) -> str:
    """Return what stands for a value in memory, whatever the order of its keys."""
    if value is None:
        return _NO_VALUE
    try:
        return fingerprint(parse(value))
    except ValueError:
        return fingerprint(value.decode(errors="replace"))
