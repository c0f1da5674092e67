"""Verify and refold: each stored order against the fold of its own facts, by this release."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final

from order_projector.adapters.kafka import KafkaAnnouncer, Publisher
from order_projector.adapters.mongo import MongoStore
from order_projector.adapters.mongo.scanning import MongoScan
from order_projector.domain.served import project_order
from order_projector.operations.pacing import Pace
from order_projector.operations.resumption import Checkpoint
from order_projector.projection.refolding import (
    Different,
    Equal,
    Unreadable,
    Verdict,
    examine,
    refolded,
)
from order_projector.projection.rewriting import Rewriter, Rewritten
from order_projector.projection.scanning import OrderScan, ScannedOrder
from order_projector.settings import Settings

MOST_KEPT: Final = 1_000
"""Orders whose verdict is kept to be reported; all are counted."""


_LOOKED_AT: Final = ("equal", "source_ids", "different", "unreadable")


@dataclass(frozen=True, slots=True)
class Reported:
    """What there is to say of one order."""

    order_id: str
    verdict: Verdict
    rewritten: Rewritten | None = None


@dataclass(slots=True)
class Tally:
    """How many orders were equal, different, unreadable, written; some of them by id.

    ``missing`` are orders that were named and are not stored.
    """

    counts: Counter[str] = field(default_factory=Counter)
    reported: list[Reported] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def orders(self) -> int:
        """How many documents were looked at."""
        return sum(self.counts[name] for name in _LOOKED_AT)

    def has_begun(self) -> bool:
        """Whether any order was looked at."""
        return bool(self.orders)

    @property
    def all_equal(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.counts["different"] or self.counts["unreadable"] or self.missing)

    @property
    def all_done(self) -> bool:
        """Whether a refold has left nothing to do."""
        return not (self.counts["failed"] or self.counts["unreadable"] or self.missing)

    def add(
        self, scanned: ScannedOrder, verdict: Verdict, rewritten: Rewritten | None = None
    ) -> None:
        """Count an order, or the document of a source id, which is counted by itself if equal."""
        match verdict:
            case Equal(old_facts=old):
                self.counts["equal" if scanned.is_order else "source_ids"] += 1
                self.counts["old_facts"] += bool(old)
            case Different(old_facts=old):
                self.counts["different"] += 1
                self.counts["old_facts"] += bool(old)
            case Unreadable():
                self.counts["unreadable"] += 1
        match rewritten:
            case Rewritten.WRITTEN | Rewritten.ANNOUNCED:
                self.counts["written"] += 1
                self.counts["announced"] += rewritten is Rewritten.ANNOUNCED
            case Rewritten.FAILED:
                self.counts["failed"] += 1
            case _:
                pass
        wrong = not isinstance(verdict, Equal) or rewritten is Rewritten.FAILED
        if wrong and len(self.reported) < MOST_KEPT:
            self.reported.append(Reported(scanned.order_id, verdict, rewritten))


async def selected(
    scan: OrderScan, order_ids: Sequence[str] | None, sample: int | None, checkpoint: Checkpoint
) -> AsyncIterator[ScannedOrder]:
    """Yield the orders of these ids, or some at random, or all after the checkpoint."""
    if order_ids is not None:
        for scanned in await scan.some(order_ids):
            yield scanned
    elif sample is not None:
        async for scanned in scan.sample(sample):
            yield scanned
    else:
        async for scanned in scan.after(checkpoint.last):
            yield scanned


async def verify(
    orders: AsyncIterator[ScannedOrder],
    checkpoint: Checkpoint,
    tally: Tally,
    progress: Callable[[int], None],
) -> None:
    """Compare each order with the fold of its facts. Writes nothing. Raises `Unavailable`."""
    async for scanned in orders:
        tally.add(scanned, examine(scanned, project_order))
        checkpoint.reach(scanned.order_id, tally.counts)
        progress(1)


async def refold(
    orders: AsyncIterator[ScannedOrder],
    rewriter: Rewriter,
    pace: Pace,
    checkpoint: Checkpoint,
    tally: Tally,
    progress: Callable[[int], None],
) -> None:
    """Store each order that is not the fold of its facts. Raises `Unavailable`."""
    decide = partial(refolded, fold=project_order)
    async for scanned in orders:
        await pace.wait()
        verdict = examine(scanned, project_order)
        rewritten = await rewriter.rewrite(scanned, decide)
        tally.add(scanned, verdict, rewritten)
        checkpoint.reach(scanned.order_id, tally.counts)
        progress(1)


def note_missing(tally: Tally, wanted: Iterable[str], found: Iterable[str]) -> None:
    """Note which of the named orders are not stored."""
    there = set(found)
    tally.missing += (order_id for order_id in dict.fromkeys(wanted) if order_id not in there)


def rewriter_of(settings: Settings, store: MongoStore, publisher: Publisher) -> Rewriter:
    """Return what rewrites orders in the database, and announces them on the topic, of settings."""
    announcer = KafkaAnnouncer(
        publisher, Uncounted(), settings.order_updated_topic, settings.event_source
    )
    return Rewriter(store, MongoScan(store.database), announcer, partial(datetime.now, UTC))


class Uncounted:
    """Metrics of a command, which has none; what is too large is logged by the announcer."""

    def published(self, topic: str, count: int) -> None:
        """Count nothing."""

    def unpublished(self, topic: str, key: str, size: int) -> None:
        """Count nothing."""
