"""The decisions of one round, on the event loop or off it.

Groups that are processed concurrently fold one after the other. If they took turns, all would be
ready at the same late moment, and the database would idle until then.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from order_projector.projection.folding import ANYWHERE, Compute, at_once
from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.ports import ProjectionState, Unusable
from order_projector.projection.session import Decision, Fold, InboundEvent, decide

ORDERS_AT_A_STRETCH: Final = 64
"""Orders folded before the event loop has its turn: a few milliseconds, not a heartbeat's worth.

It has its turn sooner when they are as large together as one of them may be.
"""


@dataclass(frozen=True, slots=True)
class Unforeseen:
    """No decision: computing the order has failed."""

    error: Exception


@dataclass(frozen=True, slots=True)
class _Decided:
    """What was decided of an order, and in how many seconds."""

    order_id: str
    made: Decision | Unforeseen
    seconds: float


@dataclass(frozen=True, slots=True)
class Decider:
    """Computes what events do to orders; orders larger than ``on_loop`` by way of ``compute``."""

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
    ) -> dict[str, Decision | Unforeseen]:
        """The decision on each order of ``events_by_order``; `folding.size` gives the sizes."""
        large = [name for name in events_by_order if sizes[name] > self.on_loop]
        decisions = dict[str, Decision | Unforeseen]()
        async with self.folding:
            with timed(self.metrics, "fold"):
                for stretch in self._stretches(events_by_order, sizes):
                    await asyncio.sleep(0)
                    decisions |= self._reported(self._decide(stretch, events_by_order, stored))
                if large:
                    decided = await self.compute(
                        lambda: self._decide(large, events_by_order, stored)
                    )
                    decisions |= self._reported(decided)
        return decisions

    def _stretches(
        self, events_by_order: Mapping[str, Sequence[InboundEvent]], sizes: Mapping[str, int]
    ) -> Iterator[Sequence[str]]:
        """The small orders in portions between which the event loop has its turn."""
        stretch, together = list[str](), 0
        for order_id in events_by_order:
            if (size := sizes[order_id]) > self.on_loop:
                continue
            if len(stretch) == ORDERS_AT_A_STRETCH or together + size > self.on_loop:
                yield stretch
                stretch, together = [], 0
            stretch.append(order_id)
            together += size
        if stretch:
            yield stretch

    def _decide(
        self,
        order_ids: Sequence[str],
        events_by_order: Mapping[str, Sequence[InboundEvent]],
        stored: Mapping[str, ProjectionState | Unusable],
    ) -> list[_Decided]:
        """Decide, in whichever thread: nothing that others see is touched."""
        decided = list[_Decided]()
        for order_id in order_ids:
            began = time.perf_counter()
            made: Decision | Unforeseen
            try:
                made = decide(order_id, stored.get(order_id), events_by_order[order_id], self.fold)
            except MemoryError:
                raise  # not the order's fault
            except Exception as error:  # nobody has foreseen it: it costs one event, not them all
                made = Unforeseen(error)
            decided.append(_Decided(order_id, made, time.perf_counter() - began))
        return decided

    def _reported(self, decided: Sequence[_Decided]) -> dict[str, Decision | Unforeseen]:
        self.metrics.folded(max((each.seconds for each in decided), default=0.0))
        return {each.order_id: each.made for each in decided}
