"""The commands on stored documents, from the settings to the audit record."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from order_projector.adapters.kafka.reading import partitions_of, reading
from order_projector.adapters.mongo import MongoStore, why_no_database
from order_projector.adapters.mongo.audit import MongoAudit
from order_projector.adapters.mongo.scanning import MongoScan
from order_projector.operations import comparing, verifying
from order_projector.operations.audit import AuditEntry, current_operator, record, recorded
from order_projector.operations.names import order_of_id_or_source_id
from order_projector.operations.pacing import Pace
from order_projector.operations.reconciling import Reconciler, Reconciliation
from order_projector.operations.resumption import Checkpoint
from order_projector.operations.services import database, producer
from order_projector.operations.verifying import Tally, rewriter_of
from order_projector.projection.scanning import ScannedOrder
from order_projector.settings import Settings, variable

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which orders to look at: those of these names, a number of them at random, or all."""

    names: Sequence[str] = ()
    sample: int | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it is a pass over all orders, which can be resumed."""
        return not self.names and self.sample is None


@dataclass(frozen=True, slots=True)
class Pass:
    """A walk over orders: where it is, what it has counted by now, and whom it notifies of each."""

    selection: Selection
    checkpoint: Checkpoint
    progress: Progress
    tally: Tally

    @property
    def can_be_resumed(self) -> bool:
        """Whether `--resume` continues where it has ended early."""
        return self.checkpoint.is_kept

    @classmethod
    def of(cls, selection: Selection, checkpoint: Checkpoint, progress: Progress) -> "Pass":
        """Return a pass that continues with the counts of the checkpoint.

        The position of a pass over some orders says nothing about all of them: it is not kept.
        """
        if not selection.is_everything:
            checkpoint = Checkpoint(None)
        return cls(selection, checkpoint, progress, Tally(Counter(checkpoint.counts)))


async def verify(settings: Settings, this: Pass) -> None:
    """Compare stored orders with the folds of their facts. Raises `Unavailable`."""
    async with database(settings) as store:
        orders = await _selected(store, this.selection, this.checkpoint, this.tally)
        async with _saving(this.checkpoint):
            await verifying.verify(orders, this.checkpoint, this.tally, this.progress)


async def refold(settings: Settings, this: Pass, rate: int | None) -> None:
    """Store what is not the fold of its facts, and announce it. Raises `Unavailable`."""
    checkpoint, tally = this.checkpoint, this.tally

    def done() -> AuditEntry:
        counts = {name: tally.counts[name] for name in ("written", "announced", "failed")}
        return AuditEntry("refold", {"orders": tally.orders, **counts})

    await partitions_of(settings, "order_updated_topic")
    async with database(settings) as store, producer(settings) as publisher:
        orders = await _selected(store, this.selection, checkpoint, tally)
        rewriter = rewriter_of(settings, store, publisher)
        async with recorded(done, partial(_record, store)), _saving(checkpoint):
            await verifying.refold(orders, rewriter, Pace(rate), checkpoint, tally, this.progress)


async def compare(
    settings: Settings, other: str, found: comparing.Comparison, progress: Progress
) -> None:
    """Compare the database with another one on the same server.

    Raises `NotComparable` if there can be no other of that name, if they are one, or if one has no
    collection of orders, and `Unavailable`.
    """
    if reason := why_no_database(other):
        raise comparing.NotComparable(f"--database: {reason}")
    if other == settings.mongodb_database:
        raise comparing.NotComparable(f"--database: {other!r:.100} is this database itself")
    elsewhere = settings.model_copy(update={"mongodb_database": other})
    async with database(settings) as here, database(elsewhere) as there:
        scans = MongoScan(here.database), MongoScan(there.database)
        named = (variable("mongodb_database"), settings.mongodb_database), ("--database", other)
        for scan, (option, name) in zip(scans, named, strict=True):
            if not await scan.exists():
                reason = f"no database {name!r:.100} with a collection of orders"
                raise comparing.NotComparable(f"{option}: the server has {reason}")
        await comparing.compare(*scans, found, progress)


async def reconcile(
    settings: Settings, rate: int | None, result: Reconciliation, progress: Progress
) -> None:
    """Compare the last record of each order with what is stored. Raises `Unavailable`."""

    def done() -> AuditEntry:
        return AuditEntry("reconcile", result.numbers())

    partitions = await partitions_of(settings, "order_updated_topic")
    async with (
        database(settings) as store,
        producer(settings) as publisher,
        reading(settings) as reader,
    ):
        scan = MongoScan(store.database)
        rewriter = rewriter_of(settings, store, publisher)
        reconciler = Reconciler(reader, store, scan, rewriter, Pace(rate), result, progress)
        async with recorded(done, partial(_record, store)):
            for at in partitions:
                await reconciler.partition(at, len(partitions))


async def _selected(
    store: MongoStore, selection: Selection, checkpoint: Checkpoint, tally: Tally
) -> AsyncIterator[ScannedOrder]:
    scan = MongoScan(store.database)
    if not selection.names:
        return verifying.selected(scan, None, selection.sample, checkpoint)
    ids = list[str]()
    for name in dict.fromkeys(selection.names):
        found = await order_of_id_or_source_id(store.reader(), name)
        ids.append(name if found is None else found.order_id)
    there = [scanned.order_id for scanned in await scan.some(ids)]
    verifying.note_missing(tally, ids, there)
    return verifying.selected(scan, there, None, checkpoint)


@asynccontextmanager
async def _saving(checkpoint: Checkpoint) -> AsyncIterator[None]:
    """Save where a pass has ended; forget it if that was the end."""
    try:
        yield
    except BaseException:
        checkpoint.save()
        raise
    checkpoint.forget()


async def _record(store: MongoStore, entry: AuditEntry) -> None:
    await record(entry, MongoAudit(store.database), current_operator())
