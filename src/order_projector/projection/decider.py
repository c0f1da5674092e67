"""The decisions of one round, on the event loop or off it.

Groups that are processed concurrently fold one after the other. If they took turns, all would be
ready at the same late moment, and the database would idle until then.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from order_projector.projection.folded import Fold
from order_projector.projection.folding import ANYWHERE, Compute, at_once
from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.ports import ProjectionState, Unusable
from order_projector.projection.session import Decision, InboundEvent, decide

ORDERS_PER_CHUNK: Final = 64
"""The most orders folded before yielding to the event loop: a few milliseconds.

It yields sooner if their total size would exceed ``on_loop``, the limit of a single order.
"""


@dataclass(frozen=True, slots=True)
class DecisionFailed:
    """Computing the order raised an unexpected error."""

    error: Exception


@dataclass(frozen=True, slots=True)
class _Decided:
    """The decision on an order, and how many seconds it took."""

    order_id: str
    made: Decision | DecisionFailed
    seconds: float


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides what events change in orders; uses ``compute`` for orders larger than ``on_loop``."""

    fold: Fold
    metrics: ProjectionMetrics
    compute: Compute = at_once
    on_loop: int = ANYWHERE
    folding: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def decide(
        self,
        events_by_order: Mapping[str, Sequence[InboundEvent]],
        stored: Mapping[str, ProjectionState | Unusable],
        sizes: Mapping[str, int],
    ) -> dict[str, Decision | DecisionFailed]:
        """Return the decision on each order of ``events_by_order``; sizes are by `folding.size`."""
        large = [name for name in events_by_order if sizes[name] > self.on_loop]
        decisions = dict[str, Decision | DecisionFailed]()
        async with self.folding:
            with timed(self.metrics, "fold"):
                for chunk in self._chunks(events_by_order, sizes):
                    await asyncio.sleep(0)
                    decisions |= self._reported(self._decide(chunk, events_by_order, stored))
                if large:
                    decided = await self.compute(
                        lambda: self._decide(large, events_by_order, stored)
                    )
                    decisions |= self._reported(decided)
        return decisions

    def _chunks(
        self, events_by_order: Mapping[str, Sequence[InboundEvent]], sizes: Mapping[str, int]
    ) -> Iterator[Sequence[str]]:
        """Yield the small orders in chunks, between which the event loop runs."""
        chunk, together = list[str](), 0
        for order_id in events_by_order:
            if (size := sizes[order_id]) > self.on_loop:
                continue
            if len(chunk) == ORDERS_PER_CHUNK or together + size > self.on_loop:
                yield chunk
                chunk, together = [], 0
            chunk.append(order_id)
            together += size
        if chunk:
            yield chunk

    def _decide(
        self,
        order_ids: Sequence[str],
        events_by_order: Mapping[str, Sequence[InboundEvent]],
        stored: Mapping[str, ProjectionState | Unusable],
    ) -> list[_Decided]:
        """Decide; safe in any thread, because this touches no shared state."""
        decided = list[_Decided]()
        for order_id in order_ids:
            began = time.perf_counter()
            made: Decision | DecisionFailed
            try:
                made = decide(order_id, stored.get(order_id), events_by_order[order_id], self.fold)
            except MemoryError:
                raise  # not the order's fault
            except Exception as error:  # unexpected: reject one event, not all
                made = DecisionFailed(error)
            decided.append(_Decided(order_id, made, time.perf_counter() - began))
        return decided

    def _reported(self, decided: Sequence[_Decided]) -> dict[str, Decision | DecisionFailed]:
        self.metrics.folded(max((each.seconds for each in decided), default=0.0))
        return {each.order_id: each.made for each in decided}
