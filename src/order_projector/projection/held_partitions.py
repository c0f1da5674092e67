"""The partitions that are held back while their breaker is open.

The states of the breakers are in the database, for the whole group and across restarts. Nothing is
processed before they are known. Records that are held back are neither dead-lettered nor committed.
The other partitions continue.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from order_projector.domain.clock import format_moment
from order_projector.projection.breaker import REASON_LENGTH, Breaker, BreakerOpen
from order_projector.projection.dry_run import DryRun
from order_projector.projection.ports import (
    BreakerControl,
    BreakerState,
    HeldBack,
    Partition,
    Record,
    Unavailable,
)
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.slow_orders import SlowOrders
from order_projector.projection.steps import CheckAnnouncements, ProcessBatch

_log: Final = logging.getLogger(__name__)


class BreakerMetrics(Protocol):
    """The metrics port of the breakers."""

    def held_back(self, held: Mapping[Partition, HeldBack]) -> None: ...


@dataclass(slots=True)
class HeldPartitions:
    """Processes batches without the partitions whose breaker is open."""

    work: ProcessBatch
    check_announcements: CheckAnnouncements
    slow_orders: SlowOrders
    """The orders that the work processes apart from its batches."""
    breaker: Breaker
    control: BreakerControl
    dry_run: DryRun
    retry_policy: RetryPolicy
    metrics: BreakerMetrics
    now: Callable[[], datetime]
    _known: bool = False
    """Whether the states were read since the last assignment of partitions."""
    _open: dict[Partition, BreakerState] = field(default_factory=dict)
    _unsaved: dict[Partition, BreakerState] = field(default_factory=dict)
    """Open breakers that are not in the database yet."""
    _untried: set[Partition] = field(default_factory=set)
    """Open breakers whose records this release has not tried yet; another may have opened them."""
    _rewind: dict[Partition, int] = field(default_factory=dict)
    """Where to resume partitions of which records were read but not processed."""
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def process(self, records: Sequence[Record]) -> None:
        """Return once all records are processed, except those that are held back.

        Offsets of the partitions in `withheld` must not be committed.
        """
        if records and not self._known:
            await self.retry_policy.until_available("database", self._read)
        going = self._without_held(records)
        while True:
            try:
                await self.work(going)
            except BreakerOpen as breaker_open:
                self._hold(breaker_open.held)
                going = self._without_held(going)
                await self.retry_policy.until_available("database", self._save)
            else:
                return

    def withheld(self) -> Collection[Partition]:
        """Return the partitions with records that were read, but neither processed nor rewound."""
        return self._rewind.keys()

    def closed_to(self, partition: Partition) -> bool:
        """Whether the partition is held back."""
        return partition in self._open

    def untried(self) -> Collection[BreakerState]:
        """Return the open breakers that may close if this release can process what they hold."""
        return [self._open[where] for where in sorted(self._untried)]

    def resume_at(self, partition: Partition) -> int | None:
        """Return, once, the offset to seek to so that no record of the partition is skipped."""
        return self._rewind.pop(partition, None)

    def forget_assignment(self) -> None:
        """Discard the known states after a rebalance: other workers may have changed them."""
        self._known = False
        self._rewind.clear()

    async def look(self) -> None:
        """Save unsaved states, and detect breakers that were opened or closed elsewhere.

        Call it every few seconds; without an open breaker it does nothing. If the database is
        unavailable, the next call tries again.
        """
        if not self._open and not self._unsaved:
            return
        try:
            await self._save()
            await self._read_again()
        except Unavailable as away:
            _log.debug("cannot check the breakers: %s", away)

    async def judge(self, state: BreakerState, first: Record, last: Record) -> None:
        """Close a breaker if this release can process the first and the last record held back.

        Raises `Unavailable` if that cannot be determined now.
        """
        for record, code in zip((first, last), state.held.codes, strict=True):
            rejection_reason = await self.dry_run.rejection_reason(record, code)
            if rejection_reason is not None:
                self._untried.discard(state.partition)
                _log.info(
                    "%s: the breaker stays open, offset %d would still be a dead letter: %s",
                    _name(state.held),
                    record.coordinates.offset,
                    rejection_reason[:REASON_LENGTH],
                )
                return
        await self._withdraw(state, "this release can read the first and the last of them")

    async def release_removed(self, state: BreakerState) -> None:
        """Close a breaker whose records were removed by retention or skipped by an operator.

        Raises `Unavailable`.
        """
        await self._withdraw(state, "none of the records is left")

    async def _withdraw(self, state: BreakerState, why: str) -> None:
        async with self._lock:
            withdrawn = await self.control.withdraw(state)
            # a state that is no longer stored was closed or replaced: `look` will detect it
            if withdrawn and self._open.get(state.partition) is state:
                self._close(state, f"automatically: {why}")
                self._report()

    def _hold(self, held: HeldBack) -> None:
        state = BreakerState(held, self.now())
        self._open[state.partition] = self._unsaved[state.partition] = state
        self._untried.discard(state.partition)
        self.slow_orders.hold(state.partition)
        _log.error(
            "%s is paused, and none of it is dead-lettered: %s. Offsets %d to %d are held back. "
            "If this release cannot read these events, start one that can; if the events are bad, "
            "run `order-projector breaker close`",
            _name(held),
            held.reason,
            held.first,
            held.last,
        )
        self._report()

    def _without_held(self, records: Sequence[Record]) -> Sequence[Record]:
        """Return the records of partitions that are not held; note where to resume the others."""
        if not self._open:
            return records
        going = list[Record]()
        for record in records:
            at = record.coordinates
            where = (at.topic, at.partition)
            if where in self._open:
                self._rewind[where] = min(at.offset, self._rewind.get(where, at.offset))
            else:
                going.append(record)
        return going

    async def _save(self) -> None:
        async with self._lock:
            for where, state in list(self._unsaved.items()):
                await self.control.open(state)
                if self._unsaved.get(where) is state:
                    del self._unsaved[where]

    async def _read(self) -> None:
        """Load the states again, so that this release tries what they hold back."""
        await self._read_again()
        self._untried = self._open.keys() - self._unsaved.keys()
        self._known = True

    async def _read_again(self) -> None:
        async with self._lock:
            states = await self.control.states()
            stored = {state.partition: state for state in states if state.is_open}
            for where in [at for at in self._open if at not in stored and at not in self._unsaved]:
                self._close(self._open[where], "manually, or by another worker")
            for where in [at for at in stored if at not in self._unsaved]:
                known = self._open.get(where)
                if known is None or known.held != stored[where].held:  # stored times are rounded
                    self._add_open(stored[where])
            self.breaker.pass_over({
                state.partition: state.held for state in states if not state.is_open
            })  # fmt: skip
            self._report()

    def _add_open(self, state: BreakerState) -> None:
        self._open[state.partition] = state
        self._untried.add(state.partition)
        self.slow_orders.hold(state.partition)
        _log.warning(
            "%s is paused, its breaker has been open since %s: offsets %d to %d are held back: %s",
            _name(state.held),
            format_moment(state.opened_at),
            state.held.first,
            state.held.last,
            state.held.reason,
        )

    def _close(self, state: BreakerState, how: str) -> None:
        del self._open[state.partition]
        self._untried.discard(state.partition)
        self.breaker.forget(state.partition)
        self.slow_orders.release(state.partition)
        _log.warning(
            "%s resumes, its breaker was closed %s; offsets %d to %d were held back",
            _name(state.held),
            how,
            state.held.first,
            state.held.last,
        )

    def _report(self) -> None:
        self.metrics.held_back({where: state.held for where, state in self._open.items()})


def _name(held: HeldBack) -> str:
    return f"{held.topic}-{held.partition}"
