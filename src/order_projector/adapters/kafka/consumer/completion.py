"""The completion of batches: the check of their announcements, and then the commit of offsets.

Both only wait, for the database and for the group's coordinator, so they overlap the next batch.
One check and one commit are in flight at most; the batches that end in between share the next one.
Offsets are committed only below what is checked, and only of the assignment that it was read under.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from order_projector.adapters.kafka.consumer.assignment import Assignment
from order_projector.adapters.kafka.consumer.background import Background
from order_projector.adapters.kafka.consumer.unfinished_work import UnfinishedWork
from order_projector.adapters.kafka.consumer.unlimited_retries import UnlimitedRetries
from order_projector.projection.steps import CheckAnnouncements
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import described

_log: Final = logging.getLogger(__name__)

COMMIT_WITHIN: Final = 10.0


class CommitMetrics(Protocol):
    """The metrics port of commits."""

    def commit_failed(self, error: BaseException) -> None: ...
    def stage(self, stage: Literal["commit"], seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class _Target:
    """The assignment whose offsets are committed, and the consumer that holds it."""

    consumer: AIOKafkaConsumer
    assignment: Assignment


@dataclass(slots=True)
class Completion:
    """Checks announcements and commits offsets; nothing else commits."""

    check_announcements: CheckAnnouncements
    worker_state: WorkerState
    metrics: CommitMetrics
    retries: UnlimitedRetries
    apart: UnfinishedWork
    has_leftovers: bool = False
    """Whether abandoned work may have left announcements that no check has begun with."""
    _checks: Background[_Target] = field(init=False)
    _commits: Background[_Target] = field(init=False)

    def __post_init__(self) -> None:
        self._checks = Background(self._check_and_commit)
        self._commits = Background(self._commit)

    def request(self, consumer: AIOKafkaConsumer, assignment: Assignment) -> None:
        """Check what was announced until now, and then commit what was processed until now."""
        self.has_leftovers = True  # until the check begins: it may be cancelled before
        self._checks.request(_Target(consumer, assignment))

    async def caught_up(self) -> None:
        """Return once no batch waits for its check to begin, so that unchecked ones are bounded."""
        await self._checks.caught_up()

    @property
    def checking(self) -> "asyncio.Task[None] | None":
        """The checks in progress; if it is cancelled, the next check repeats what it leaves."""
        return self._checks.task

    async def commit_last(self, consumer: AIOKafkaConsumer, assignment: Assignment) -> None:
        """Commit what is checked of an assignment that ends, after the commit in flight."""
        await self._commits.stopped()
        await self._commit(_Target(consumer, assignment))

    async def check_leftovers(self, within: float) -> None:
        """Check what abandoned work has announced; give up after ``within`` seconds."""
        task = self._checks.task or asyncio.create_task(self._check())
        done, _ = await asyncio.wait({task}, timeout=within)
        task.cancel()
        self.has_leftovers = self.has_leftovers or not done

    async def _check_and_commit(self, target: _Target) -> None:
        processed = dict(target.assignment.processed)
        await self._check()
        target.assignment.checked |= processed
        self._commits.request(target)

    async def _check(self) -> None:
        self.has_leftovers = False
        try:
            await self.retries.until_done(self.check_announcements)
        except BaseException:
            self.has_leftovers = True
            raise

    async def _commit(self, target: _Target) -> None:
        assignment = target.assignment
        assignment.commit_requested_at = began = self.worker_state.clock()
        if not (offsets := assignment.uncommitted(self.apart.unfinished())):
            return
        try:
            async with asyncio.timeout(COMMIT_WITHIN):
                await target.consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as error:
            # another worker owns the partitions now: redelivered records are harmless
            _log.warning("offsets not committed: %s", " ".join(str(error).split()))
            self.metrics.commit_failed(error)
            assignment.forget_processed()
        except (KafkaError, TimeoutError, OSError) as error:
            _log.warning("offsets not committed yet: %s", described(error))
            self.metrics.commit_failed(error)
        else:
            assignment.committed |= offsets
        self.metrics.stage("commit", self.worker_state.clock() - began)
        self.worker_state.record_activity()
