"""The consumer of a simulated process: the part of aiokafka's that the worker uses.

Like aiokafka's, it keeps its heartbeats while the rebalance listener drains, returns no records of
a past assignment, and resumes from the committed offsets after every rebalance.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, Final, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    ConsumerStoppedError,
    IllegalGenerationError,
    IllegalStateError,
    KafkaError,
    NodeNotReadyError,
    RebalanceInProgressError,
    RequestTimedOutError,
    UnknownMemberIdError,
)

from tests.simulation.broker import Broker, Logged
from tests.simulation.group import REBALANCE, Joined
from tests.simulation.network import Answer, Faults

HEARTBEAT: Final = 3.0
AGAIN: Final = 0.2
FETCH: Final = 5.0

Offsets = Mapping[TopicPartition, int]

_OUTSIDE: Final = (UnknownMemberIdError, IllegalGenerationError)


class Listener(Protocol):
    """Callbacks of a rebalance."""

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None: ...
    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None: ...


class Consumer:
    """One member of the group."""

    def __init__(self, host: str, broker: Broker, faults: Faults) -> None:
        self.member = ""
        self.generation = -1
        self._host: Final = host
        self._broker: Final = broker
        self._faults: Final = faults
        self._assignment: frozenset[TopicPartition] = frozenset()
        self._positions: dict[TopicPartition, int] | None = None
        self._fetched: dict[TopicPartition, list[Logged]] = {}
        self._paused: set[TopicPartition] = set()
        self._arrived: Final = asyncio.Event()
        self._fetching: asyncio.Task[None] | None = None
        self._needed: Final = asyncio.Event()
        self._settled: Final = asyncio.Event()
        self._committing: Final = asyncio.Lock()
        self._coordinating: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None
        self._stopped = False
        # the private part of aiokafka by which the worker knows whether it reaches the group
        self._coordinator: Final = SimpleNamespace(coordinator_id=0)

    def start(self, listener: Listener) -> None:
        """Join the group and stay in it."""
        self._needed.set()
        self._coordinating = asyncio.create_task(self._coordinate(listener))

    async def stop(self) -> None:
        """Leave the group."""
        self._stopped = True
        for task in (self._coordinating, self._beating, self._fetching):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})
        if self.member:
            try:
                await self._ask(partial(self._broker.group.leave, self.member), 2.0)
            except KafkaError:
                return

    def assignment(self) -> frozenset[TopicPartition]:
        """Return the partitions that this member believes it holds."""
        return self._assignment

    def paused(self) -> set[TopicPartition]:
        """Return the partitions that are not fetched."""
        return set(self._paused)

    def pause(self, at: TopicPartition) -> None:
        """Stop fetching a partition, and drop what was fetched of it."""
        self._paused.add(self._assigned(at))
        self._fetched.pop(at, None)
        self._prefetch_anew()

    def resume(self, at: TopicPartition) -> None:
        """Fetch a partition again."""
        self._paused.discard(self._assigned(at))
        self._prefetch_anew()

    def seek(self, at: TopicPartition, offset: int) -> None:
        """Continue from that offset; if no position is known yet, the committed one is used."""
        if self._assigned(at) and self._positions is not None:
            self._positions[at] = offset
        self._fetched.pop(at, None)
        self._prefetch_anew()

    async def position(self, at: TopicPartition) -> int:
        """Return the next offset to read; raise if it is unknown, where aiokafka would wait."""
        if self._positions is None:
            raise NodeNotReadyError
        return self._positions[self._assigned(at)]

    async def beginning_offsets(self, partitions: Sequence[TopicPartition]) -> Offsets:
        """Return 0 for each partition, because no record is ever removed."""
        return dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> Offsets:
        """Return the ends of the logs."""

        def serve(answer: Answer) -> None:
            answer.give({at: len(self._broker.logs.get(at, ())) for at in partitions})

        ends: Offsets = await self._ask(serve, 5.0)
        return ends

    def _assigned(self, at: TopicPartition) -> TopicPartition:
        if at not in self._assignment:
            raise IllegalStateError(f"{at} is not assigned")
        return at

    async def commit(self, offsets: Offsets | None = None) -> None:
        """Commit the given offsets, or, like aiokafka, the positions if none are given."""
        if not self._settled.is_set() and not self._assignment:
            raise IllegalStateError("no partitions assigned")
        if offsets is None:
            offsets = dict(self._positions or {})
        for at in offsets:
            self._assigned(at)
        async with self._committing:
            await self._commit(dict(offsets))

    async def _commit(self, offsets: Offsets) -> None:
        if self._faults.happens("commit refused"):
            raise KafkaError("not now")
        commit = partial(self._broker.group.commit, self.member, self.generation, offsets)
        try:
            await self._ask(
                commit,
                40.0,
                lost=self._faults.happens("commit request lost"),
                mute=self._faults.happens("commit acknowledgement lost"),
            )
        except (*_OUTSIDE, RebalanceInProgressError) as error:
            if isinstance(error, _OUTSIDE):
                self._forget()
            self._needed.set()
            raise CommitFailedError("the group has rebalanced") from error

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int, max_records: int
    ) -> Mapping[TopicPartition, list[Logged]]:
        """Return a few of the next records, of all partitions or of some."""
        if self._stopped:
            raise ConsumerStoppedError
        if self._faults.happens("fetch failed"):
            raise KafkaError("a fetch went wrong")
        await self._settled.wait()
        deadline = asyncio.get_running_loop().time() + timeout_ms / 1000
        while not any(self._fetched.get(at) for at in partitions or self._assignment):
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._arrived.wait()
            except TimeoutError:
                break
        if not self._settled.is_set():
            return {}
        return self._drained(sorted(partitions) or list(self._fetched), max_records)

    async def _prefetch(self) -> None:
        """Fill the empty parts of the buffer; restarted whenever records are taken from it."""
        while True:
            try:
                if self._positions is None:
                    self._positions = await self._located()
                asked = sorted(self._positions.keys() - self._paused)
                hungry = {at: self._positions[at] for at in asked if not self._fetched.get(at)}
                if not hungry:
                    return
                fetch = partial(self._broker.fetch, hungry, FETCH)
                fetched = await self._ask(fetch, FETCH + 5.0)
            except KafkaError:
                await asyncio.sleep(AGAIN)
            else:
                self._fetched |= {at: fetched[at] for at in fetched if at not in self._paused}
                self._arrived.set()

    def _prefetch_anew(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
        self._fetching = asyncio.create_task(self._prefetch())

    def _drained(
        self, wanted: Sequence[TopicPartition], most: int
    ) -> Mapping[TopicPartition, list[Logged]]:
        if self._faults.happens("fetch truncated"):
            most = 1 + int(self._faults.random.random() * most)
        drained: dict[TopicPartition, list[Logged]] = {}
        for at in wanted:
            records = self._fetched.get(at, [])
            if records[:most] and self._positions is not None:
                drained[at], self._fetched[at] = records[:most], records[most:]
                self._positions[at] = drained[at][-1].offset + 1
                most -= len(drained[at])
        if drained:
            self._prefetch_anew()
        return drained

    async def _located(self) -> dict[TopicPartition, int]:
        def serve(answer: Answer) -> None:
            offsets = self._broker.group.offsets
            answer.give({at: offsets.get(at, 0) for at in sorted(self._assignment)})

        positions: dict[TopicPartition, int] = await self._ask(serve, 5.0)
        return positions

    async def _coordinate(self, listener: Listener) -> None:
        while True:
            await self._needed.wait()
            self._settled.clear()
            if self._fetching is not None:
                self._fetching.cancel()
            await listener.on_partitions_revoked(set(self._assignment))
            if self._beating is not None:
                self._beating.cancel()
            joined = await self._join()
            while joined is None:
                await asyncio.sleep(AGAIN)
                joined = await self._join()
            self._coordinator.coordinator_id = 0
            self.member, self.generation = joined.member, joined.generation
            self._assignment, self._positions, self._fetched = joined.assignment, None, {}
            self._paused = set()
            self._settled.set()
            self._prefetch_anew()
            self._beating = asyncio.create_task(self._beat())
            await asyncio.sleep(0)  # aiokafka yields to the loop here, too
            await listener.on_partitions_assigned(set(self._assignment))

    async def _join(self) -> Joined | None:
        self._needed.clear()
        if self._faults.happens("join failed"):
            return None
        join = partial(self._broker.group.join, self.member, self._host)
        try:
            joined: Joined = await self._ask(join, REBALANCE + 5.0)
        except _OUTSIDE:
            self._forget()
            return None
        except KafkaError:
            return None
        return joined

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            if not self.member or self._faults.happens("heartbeat lost"):
                continue
            beat = partial(self._broker.group.beat, self.member, self.generation)
            reached: int | None = 0
            try:
                await self._ask(beat, 5.0)
            except RebalanceInProgressError:
                self._needed.set()
            except _OUTSIDE:
                self._forget()
                self._needed.set()
            except KafkaError:
                reached = None
            self._coordinator.coordinator_id = reached

    def _forget(self) -> None:
        self.member, self.generation = "", -1

    async def _ask(self, serve: Callable[[Answer], None], patience: float, **how: Any) -> Any:
        return await self._broker.service.ask(
            serve,
            refusal=NodeNotReadyError(),
            silence=RequestTimedOutError(),
            patience=patience,
            **how,
        )
