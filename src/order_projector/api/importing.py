"""Imports: orders that are checked and published one by one, whichever process does it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import uuid4

from order_projector.api import writing
from order_projector.api.bodies import in_turns
from order_projector.api.drafts import new_draft_of
from order_projector.api.errors import ApiError, Key, invalid_payload
from order_projector.api.idempotency import digest, letters
from order_projector.api.targets import (
    check_names,
    drafted,
    target_of,
    without_shown_status,
)
from order_projector.api.writing import OrderWriter, Prepared, Target, Write
from order_projector.events.parsing_in_pieces import array_in_pieces
from order_projector.projection.api_jobs import FailedOrder, ImportJob, ImportStore, JobStatus
from order_projector.projection.clock import milliseconds
from order_projector.projection.ports import StoredOrder, Unavailable
from order_projector.projection.reading import OrderReader
from order_projector.projection.unexpected_errors import describe_unexpected

_log: Final = logging.getLogger(__name__)

AT_ONCE: Final = 50
"""Orders that are published together, after which it is kept how far the import is."""
LEASE: Final = 12.0
"""Seconds after which a process that says nothing is taken for dead."""
SAY_EVERY: Final = LEASE / 6
"""Seconds after which a process says that it is at work, whatever it is at."""
LOOK_EVERY: Final = 3.0
FOLDED_WITHIN: Final = 60.0
"""Seconds after which an acknowledged event need not be waited for any more."""
PAUSE: Final = 0.2
LONGEST_MESSAGE: Final = 1_000
"""Characters of what is kept of a failed order: a document holds that of all."""


class _TakenOver(Exception):
    """Another process works at the import."""


@dataclass(frozen=True, slots=True)
class _Published:
    """An event that was published, and the order in which it will be a fact."""

    order_id: str
    fact: str


@dataclass(slots=True)
class Importer:
    """Works at imports, one after the other: its own, and those of processes that died.

    ``clock`` tells the time, ``seconds`` how much of it passes.
    """

    imports: ImportStore
    reader: OrderReader
    writer: OrderWriter
    clock: Callable[[], datetime]
    owner: str = field(default_factory=lambda: uuid4().hex)
    seconds: Callable[[], float] = time.monotonic
    _said: float = 0.0
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def create(self, job: ImportJob, text: bytes) -> None:
        """Keep a new import, and begin with it soon."""
        await self.imports.create(job, text)
        self._asked.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work at imports for the duration of a `with` block."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def work(self) -> bool:
        """Work at one import until it is done; return whether there was one."""
        claimed = await self.imports.claim(self.owner, LEASE)
        if claimed is None:
            return False
        with suppress(_TakenOver):
            try:
                await self._process(claimed.job, claimed.text)
            except (Unavailable, _TakenOver):
                raise
            except Exception as error:  # another process would fail at it, too
                _log.error("an import failed: %s", describe_unexpected(error))
                await self._fail(claimed.job)
        return True

    async def _run(self) -> None:
        while True:
            self._asked.clear()
            try:
                while await self.work():
                    pass
            except Unavailable as away:
                _log.warning("imports wait: %s", away)
            except Exception as error:
                _log.error("imports wait: %s", describe_unexpected(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._asked.wait()

    async def _fail(self, job: ImportJob) -> None:
        """End an import that cannot succeed, with what was done."""
        newest = await self.imports.get(job.id) or job
        await self._saved(replace(newest, status=JobStatus.FAILED))

    async def _process(self, job: ImportJob, text: bytes) -> None:
        orders = _orders_of(text)
        job = await self._saved(replace(job, status=JobStatus.IN_PROGRESS))
        published = await self._published_before(job, await _next(job.next, orders))
        while job.next < job.total:
            end = min(job.next + AT_ONCE, job.total)
            batch = await _next(end - job.next, orders)
            job, failed, prepared = await self._prepare_all(job, batch)
            await self._available(job, partial(self._publish_all, prepared))
            acknowledged = milliseconds(self.clock()) if prepared else job.acknowledged_at
            job = await self._saved(
                replace(job, next=end, failed=failed, times=(), acknowledged_at=acknowledged)
            )
            published += [_Published(each.target.order_id, each.fact) for each in prepared]
        await self._folded(job, published)
        await self._saved(replace(job, status=JobStatus.DONE))

    async def _published_before(self, job: ImportJob, orders: Sequence[Any]) -> list[_Published]:
        """Return what another process published before it died."""
        failed, published = {each.index for each in job.failed}, list[_Published]()
        for index in (it for it in range(job.next) if it not in failed):
            with suppress(ApiError):  # erased since
                target = await self._available(
                    job, partial(self._target, job, index, orders[index])
                )
                published.append(_Published(target.order_id, f"event {_event_id(job, index)}"))
        return published

    async def _prepare_all(
        self, job: ImportJob, orders: Sequence[Any]
    ) -> tuple[ImportJob, tuple[FailedOrder, ...], list[Prepared]]:
        """Keep when the events of the orders are; return all that failed so far, and the events."""
        failed, prepared, times = list(job.failed), list[Prepared](), list[int]()
        known = job.times or (0,) * len(orders)
        for index, (order, at) in enumerate(zip(orders, known, strict=True), start=job.next):
            times.append(at)
            try:
                made = await self._available(job, partial(self._prepare, job, index, order, at))
            except ApiError as error:
                message = (error.details or error.message)[:LONGEST_MESSAGE]
                failed.append(FailedOrder(index, message))
            else:
                if isinstance(made, Prepared):
                    prepared.append(made)
                    times[-1] = made.at
        chosen = replace(job, times=tuple(times))
        await self._saved(chosen)
        return chosen, tuple(failed), prepared

    async def _publish_all(self, prepared: Sequence[Prepared]) -> None:
        """Publish the events together; to repeat that is harmless, because their ids stay."""
        await asyncio.gather(*(self.writer.publish(each) for each in prepared))

    async def _prepare(
        self, job: ImportJob, index: int, order: Any, at: int
    ) -> Prepared | StoredOrder:
        if not isinstance(order, dict):
            raise invalid_payload("The order must be a JSON object")
        check_names(order)
        writing.check(new_draft_of(order))
        target = await self._target(job, index, order)
        draft = await drafted(self.writer, target, order, new_draft_of)
        if job.is_strict:
            draft = without_shown_status(target, draft)
        if target.stored is not None and not draft:
            return target.stored
        return await self.writer.prepare(
            Write(target, draft, event_id=_event_id(job, index), at=at)
        )

    async def _target(self, job: ImportJob, index: int, order: Mapping[str, Any]) -> Target:
        new_id = f"ord_{letters(digest('import', job.id, str(index)), 24)}"
        return await target_of(self.reader, order, new_id)

    async def _available(self, job: ImportJob, step: Callable[[], Any]) -> Any:
        """Repeat a step until its service is there; hold the import all the while."""
        while True:
            try:
                await self._hold(job)
                return await step()
            except Unavailable:
                pass
            except ApiError as error:
                if error.key is not Key.SERVICE_UNAVAILABLE:
                    raise
            with suppress(Unavailable):
                await self._saved(job)
            await asyncio.sleep(PAUSE)

    async def _folded(self, job: ImportJob, published: Sequence[_Published]) -> None:
        """Wait until each event is folded, or acknowledged and a minute old."""
        unseen = published
        while True:
            unseen = await self._unseen(job, unseen)
            if not unseen or self._is_old(job):
                return
            await asyncio.sleep(PAUSE)

    async def _unseen(
        self, job: ImportJob, published: Sequence[_Published]
    ) -> Sequence[_Published]:
        """Look at each event, holding the import; return those not seen as folded."""
        unseen = list[_Published]()
        for place, event in enumerate(published):
            if self._is_old(job):
                return [*unseen, *published[place:]]
            try:
                await self._hold(job)
                is_folded = await self._is_folded(event)
            except Unavailable:
                return [*unseen, *published[place:]]
            if not is_folded:
                unseen.append(event)
        return unseen

    def _is_old(self, job: ImportJob) -> bool:
        """Whether all that a job had published is acknowledged for a minute."""
        age = milliseconds(self.clock()) - job.acknowledged_at
        return age >= 1000 * FOLDED_WITHIN

    async def _is_folded(self, published: _Published) -> bool:
        return await self.reader.holding(published.order_id, published.fact) is not None

    async def _hold(self, job: ImportJob) -> None:
        """Say in time that the import is in work, or notice that another process has it."""
        if self.seconds() - self._said >= SAY_EVERY:
            await self._saved(job)

    async def _saved(self, job: ImportJob) -> ImportJob:
        job = replace(job, updated_at=milliseconds(self.clock()))
        if not await self.imports.save(job, self.owner, LEASE):
            raise _TakenOver
        self._said = self.seconds()
        return job


async def _orders_of(text: bytes) -> AsyncIterator[Any]:
    """Yield the orders of an import; only those at which it works are kept in memory."""
    async for orders in in_turns(array_in_pieces(text)):
        for order in orders:
            yield order


async def _next(count: int, orders: AsyncIterator[Any]) -> Sequence[Any]:
    return [await anext(orders) for _ in range(count)]


def _event_id(job: ImportJob, index: int) -> str:
    return f"evt_api_{job.id}_{index}"
