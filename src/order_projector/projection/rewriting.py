"""Write orders without an event, by compare-and-set, and announce them as they are stored then."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from order_projector.projection.clock import Clock, milliseconds
from order_projector.projection.ports import (
    KEPT_ORDER,
    Announcer,
    OrderStore,
    OrderWrite,
    Unusable,
    Written,
)
from order_projector.projection.scanning import OrderScan, ScannedOrder

ATTEMPTS = 20
"""Conflicts with workers after which an order is given up; each of them was an event."""


class Rewritten(Enum):
    """What became of an order: nothing to do, written, written and announced, or given up."""

    UNCHANGED = auto()
    WRITTEN = auto()
    ANNOUNCED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Rewrites orders. Every method raises `Unavailable`; it is safe to repeat."""

    store: OrderStore
    scan: OrderScan
    announcer: Announcer
    clock: Clock

    async def rewrite(
        self, scanned: ScannedOrder, decide: Callable[[ScannedOrder], OrderWrite | None]
    ) -> Rewritten:
        """Write what `decide` returns; if the order has moved on, read it and decide again.

        A new revision is stored with the mark for a refold, which goes once it is announced: a
        crash in between leaves the mark, and the next process to find it announces the order.
        """
        current: ScannedOrder | None = scanned
        for _ in range(ATTEMPTS):
            write = None if current is None else decide(current)
            if current is None or write is None:
                return Rewritten.UNCHANGED
            if _is_marked(current) and not _turns(current, write):
                await self.announce([current.order_id])
            match await self._write(current, write):
                case Written.APPLIED if _turns(current, write):
                    await self.announce([current.order_id])
                    await self._unmark(write)
                    return Rewritten.ANNOUNCED
                case Written.APPLIED:
                    return Rewritten.WRITTEN
                case Written.TOO_LARGE | Unusable():
                    return Rewritten.FAILED
                case Written.CONFLICT:
                    current = await self._again(current.order_id)
        return Rewritten.FAILED

    async def _write(self, current: ScannedOrder, write: OrderWrite) -> Written | Unusable:
        state = replace(write.state, refold=_turns(current, write))
        results = await self.store.write([self._stamped(replace(write, state=state))])
        return results[write.order_id]

    async def _unmark(self, write: OrderWrite) -> None:
        """Take the mark away; if the order has moved on, that write has taken it."""
        counter = write.state.counter
        state = replace(write.state, counter=counter + 1, refold=False)
        after = OrderWrite(write.order_id, counter, KEPT_ORDER, state)
        await self.store.write([self._stamped(after)])

    def _stamped(self, write: OrderWrite) -> OrderWrite:
        return replace(write, written_at=milliseconds(self.clock()))

    async def announce(self, order_ids: Collection[str]) -> None:
        """Announce the orders as they are stored, until none has moved on since."""
        left: Collection[str] = order_ids
        while left:
            stored = await self.store.stored(left)
            await self.announcer.announce(stored)
            announced = {order.order_id: order.revision for order in stored}
            now: Mapping[str, int] = await self.store.revisions(announced.keys())
            left = [name for name, revision in now.items() if revision > announced[name]]

    async def _again(self, order_id: str) -> ScannedOrder | None:
        found = await self.scan.some([order_id])
        return found[0] if found else None


def _is_marked(scanned: ScannedOrder) -> bool:
    return not isinstance(scanned.state, Unusable) and scanned.state.refold


def _turns(scanned: ScannedOrder, write: OrderWrite) -> bool:
    """Whether a write is a new revision."""
    return isinstance(scanned.state, Unusable) or write.state.revision > scanned.state.revision
