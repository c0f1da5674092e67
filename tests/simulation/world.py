"""A simulated world: servers, workers, producers' records, and the faults injected into them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final

import orjson
from aiokafka import TopicPartition

from order_projector.projection.long_orders.resumable_fold import ResumableFold
from tests.simulation import ending
from tests.simulation.broker import Broker, Logged
from tests.simulation.checks import Checks, Violation
from tests.simulation.control import Control
from tests.simulation.database import Database, Write
from tests.simulation.group import Assignment, Group
from tests.simulation.kept import STATE_KEY, canonical
from tests.simulation.loop import Deadlock, Exhausted, Universe
from tests.simulation.names import last_events
from tests.simulation.network import Faults, Service
from tests.simulation.options import Options
from tests.simulation.produced import INBOUND, ProducedRecord
from tests.simulation.refused_ending import Refusals
from tests.simulation.segments import orders_with_segments
from tests.simulation.trace import Trace
from tests.simulation.worker import DEAD_LETTERS, ORDER_UPDATED, Surroundings, Worker
from tests.simulation.workload import produce

RECOVERY: Final = 200.0
"""Seconds after the last fault within which every record must be done."""
AFTERMATH: Final = 30.0
"""Seconds within which workers that had been left behind must finish."""
MOST_STEPS: Final = 400_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run."""

    violation: Violation | None
    trace: Trace
    faults: Mapping[str, int]
    steps: int
    seconds: float


class World:
    """Built from its options, and run once."""

    def __init__(self, options: Options) -> None:
        chance = partial(_chance, options.seed)
        self.options: Final = options
        self.random: Final = chance("events")
        self.universe: Final = Universe(chance("schedule"), MOST_STEPS)
        self.servers: Final = self.universe.process("servers")
        self.faults: Final = Faults(options.calls, chance("faults"))
        self.checks: Final = Checks(in_sequence=options.moves_are_of_one)
        if options.bounds.most:
            self.checks.letters.refused_as = options.bounds.code
        self.trace: Final = Trace()
        self.workers: Final[list[Worker]] = []
        self.next_writer: Callable[[World, Worker], None] | None = None
        """Called once, with the next worker that writes."""
        self._expelled: Final[set[str]] = set()
        self._said_outside: Final[set[tuple[int, int]]] = set()
        """Places in `order.updated` of records that workers sent while they were expelled."""
        self._named = 0
        self.broker: Final = self._broker(chance)
        self.database: Final = self._database(chance)
        self.control: Final = Control(self.database.service, self.faults)
        self._around: Final = Surroundings(
            self.broker,
            self.database,
            self.faults,
            options.batch,
            options.breaker,
            self.control,
            options.budget,
            options.fold,
            ResumableFold(options.lengths),
            publish_within=chance("publisher").choice((2.0, 15.0)),
            sent=self._sent,
            complain=self.checks.fail,
            log=self.log,
        )

    def _broker(self, chance: Callable[[str], Random]) -> Broker:
        options = self.options
        service = Service(self.servers, chance("kafka"), options.stragglers)
        topics = dict.fromkeys(INBOUND, options.partitions)
        group = Group(service, topics, self._committed, self._generation)
        return Broker(service, group, chance("fetches"), options.idempotent, self._appended)

    def _database(self, chance: Callable[[str], Random]) -> Database:
        return Database(
            Service(self.servers, chance("mongodb"), self.options.stragglers),
            chance("bulks"),
            self.faults,
            on_write=self.checks.written,
            on_majority=self._stored,
            on_rollback=self._rolled_back,
            bounds=self.options.bounds,
        )

    def log(self, who: str, what: str, orders: Sequence[str] | None = None) -> None:
        """Add an entry to the trace that is reported with a failure."""
        self.trace.add(self.universe.now, who, what, orders)

    def start_worker(self) -> Worker:
        """Start another worker."""
        self._named += 1
        name = f"worker {self._named}"
        loop = self.universe.process(name)
        worker = Worker(name, loop, self._around, _chance(self.options.seed, name))
        self.workers.append(worker)
        worker.start()
        self.log(name, "starts")
        return worker

    def note_ending(self, worker: Worker) -> None:
        """Note that a worker is about to end, and whether the group has already expelled it."""
        if worker.consumer is not None and worker.held() is None:
            self._expelled.add(worker.name)

    def remove_worker(self, worker: Worker) -> None:
        """Kill a worker's process and remove it."""
        self.universe.kill(worker.loop)
        self.workers.remove(worker)

    def run(
        self, inject_faults: Callable[["World"], None], end_faults: Callable[["World"], None]
    ) -> Outcome:
        """Produce, inject faults, end them, and compare the result with the fold of all events."""
        try:
            self._produce()
            for _ in range(self.options.workers):
                self.start_worker()
            inject_faults(self)
            self._pass(self.options.span)
            self.faults.active = False
            end_faults(self)
            self._recover()
        except (Deadlock, Exhausted) as error:
            self.checks.fail(f"{type(error).__name__.lower()}: {error}")
        finally:
            violation = self.checks.violation  # read before closing, which must not add one
            self.universe.close()
        return Outcome(
            violation,
            self.trace,
            self.faults.counts,
            self.universe.steps,
            self.universe.now,
        )

    def _recover(self) -> None:
        self._settle()
        for record in last_events(self.options):
            self._append(record)
            self._settle()
        if self.checks.violation is None:
            self._compare()

    def _settle(self) -> None:
        faults_ended_at = self.universe.now
        if not self.universe.run(self._settled, faults_ended_at + RECOVERY):
            self.checks.fail(
                f"a lag of {self.broker.lag(INBOUND)} is left {RECOVERY:.0f} s after the last fault"
            )
        self._pass(AFTERMATH)
        for worker in self.workers:
            if (reason := worker.unwell()) is not None:
                self.checks.fail(f"{worker.name} {reason}, though nothing is the matter any more")

    def _compare(self) -> None:
        lag, peaceful = self.broker.lag(INBOUND), self.options.peaceful
        last_words = self._last_words()
        if last_words:
            self.faults.counts["last words of an expelled worker"] += len(last_words)
        expected, refused = self.checks.knowledge.orders(), None
        if self.options.bounds.most:
            refusals = Refusals(self.checks, self.database.majority)
            refused = refusals.violation(self.options.bounds)
            expected = refusals.orders()
        self.checks.violation = (
            refused
            or ending.violation(self.checks, expected, lag, last_words, peaceful=peaceful)
            or self._left_of_the_erased()
        )

    def _left_of_the_erased(self) -> Violation | None:
        """Return a violation if an erased order has a segment, unless a write may be late."""
        erased = {name for name, kept in self.checks.orders.items() if kept.erased}
        left = sorted(erased & orders_with_segments(self.database.majority))
        late = {"write lands late", "write acknowledgement lost", "worker crashed"}
        if not left or any(self.faults.counts[fault] for fault in late):
            return None
        return Violation("is erased, and a segment of it is left", left[0])

    def _last_words(self) -> list[str]:
        """Return orders whose last announcement is outdated, by an expelled worker that is gone."""
        return [
            order_id
            for order_id, record in self.checks.last_announced.items()
            if (record.by in self._expelled or _place(record) in self._said_outside)
            and canonical(orjson.loads(record.value or b"null"))
            != self.checks.orders[order_id].newest()
            and not any(worker.name == record.by for worker in self.workers)
        ]

    def _settled(self) -> bool:
        return self.checks.violation is not None or not self.broker.lag(INBOUND)

    def _pass(self, seconds: float) -> None:
        end = self.universe.now + seconds
        self.universe.run(lambda: self.checks.violation is not None, end)

    def _produce(self) -> None:
        for record in produce(self.options):
            self.servers.call_at(record.at, self._append, record)

    def _append(self, record: ProducedRecord) -> None:
        at = TopicPartition(record.topic, record.partition)
        self.broker.append(at, record.key, record.value, record.headers)

    def _appended(self, record: Logged) -> None:
        if record.topic in INBOUND:
            self.checks.produced(record)
        elif record.topic == ORDER_UPDATED:
            self.checks.announced(record)
            if any(each.name == record.by and each.held() is None for each in self.workers):
                self._said_outside.add(_place(record))
        else:
            assert record.topic == DEAD_LETTERS
            self.checks.dead_letter(record)
        self.log("kafka", _described(record), _orders(record, self.checks))

    def _committed(self, at: TopicPartition, offset: int) -> None:
        self.checks.committed(at, offset)
        self.log("kafka", f"{at.topic}-{at.partition} is committed up to {offset}")

    def _generation(self, generation: int, assignments: Mapping[str, Assignment]) -> None:
        members = (
            f"{member} {' '.join(f'{at.topic}-{at.partition}' for at in sorted(held)) or 'none'}"
            for member, held in assignments.items()
        )
        self.log("kafka", f"generation {generation}: {'; '.join(members) or 'nobody'}")

    def _sent(self, worker: Worker, writes: Sequence[Write]) -> None:
        self.checks.sent(writes, worker.held())
        if self.next_writer is not None:
            meet, self.next_writer = self.next_writer, None
            meet(self, worker)
        for write in writes:
            sent = write.state
            state = f"counter {sent['counter']}, revision {sent['revision']}"
            self.log(worker.name, f"sends {write.order_id} {state}", [write.order_id])

    def _stored(self, order_id: str, document: dict[str, Any]) -> None:
        self.checks.stored(order_id, document, self.database.majority)
        stored = document[STATE_KEY]
        state = f"counter {stored['counter']}, revision {stored['revision']}"
        self.log("mongodb", f"has {order_id} {state}, causes {stored['causes']}", [order_id])

    def _rolled_back(self, order_id: str) -> None:
        self.checks.rolled_back(order_id)
        self.log("mongodb", f"loses a write of {order_id} with its primary", [order_id])


def _chance(seed: int, purpose: str) -> Random:
    return Random(f"{seed} {purpose}")


def _orders(record: Logged, checks: Checks) -> list[str] | None:
    if record.topic == ORDER_UPDATED:
        return [(record.key or b"").decode()]
    place = (record.topic, record.partition, record.offset)
    order_id = getattr(checks.knowledge.at.get(place), "order_id", None)
    return [order_id] if order_id else []


def _place(record: Logged) -> tuple[int, int]:
    return record.partition, record.offset


def _described(record: Logged) -> str:
    where = f"{record.topic}-{record.partition}@{record.offset}"
    headers = dict(record.headers)
    if record.topic == ORDER_UPDATED:
        return f"{where} announces {(headers['ce_id'] or b'').decode()}"
    if record.topic == DEAD_LETTERS:
        source = "-".join(
            (headers[f"source-{part}"] or b"").decode() for part in ("topic", "partition")
        )
        return f"{where} buries {source}@{(headers['source-offset'] or b'').decode()}"
    return f"{where} takes {(record.value or b'')[:60].decode(errors='replace')}"
