"""Compare two databases, order by order, revisions aside."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Final

from order_projector.domain.differences import differences
from order_projector.projection.scanning import OrderScan, ScannedOrder

MOST_KEPT: Final = 1_000


@dataclass(slots=True)
class Comparison:
    """How many orders are equal, differ, or are in one of the two only; some of them by id."""

    equal: int = 0
    different: dict[str, tuple[str, ...]] = field(default_factory=dict)
    only_here: list[str] = field(default_factory=list)
    only_there: list[str] = field(default_factory=list)
    not_kept: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether both hold the same orders."""
        return not (self.different or self.only_here or self.only_there or self.not_kept)

    def differ(self, here: ScannedOrder, there: ScannedOrder) -> None:
        """Compare one order of both."""
        places = tuple(each.path for each in differences(dict(here.served), dict(there.served)))
        if not places:
            self.equal += here.is_order
        elif self._is_kept():
            self.different[here.order_id] = places[:5]

    def miss(self, ids: list[str], order_id: str) -> None:
        """Note an order that only one of the two has."""
        if self._is_kept():
            ids.append(order_id)

    def _is_kept(self) -> bool:
        kept = len(self.different) + len(self.only_here) + len(self.only_there)
        self.not_kept += kept >= MOST_KEPT
        return kept < MOST_KEPT


async def compare(here: OrderScan, there: OrderScan, progress: Callable[[int], None]) -> Comparison:
    """Walk through both in the sequence of ids. Raises `Unavailable`."""
    found = Comparison()
    ours, theirs = _orders(here), _orders(there)
    one, other = await anext(ours, None), await anext(theirs, None)
    while one is not None or other is not None:
        if other is None or (one is not None and _before(one, other)):
            assert one is not None  # noqa: S101 - one of the two is there
            found.miss(found.only_here, one.order_id)
            one = await anext(ours, None)
        elif one is None or _before(other, one):
            found.miss(found.only_there, other.order_id)
            other = await anext(theirs, None)
        else:
            found.differ(one, other)
            one, other = await anext(ours, None), await anext(theirs, None)
        progress(1)
    return found


def _before(one: ScannedOrder, other: ScannedOrder) -> bool:
    """Whether an id comes first: a database compares the bytes of texts."""
    return one.order_id.encode() < other.order_id.encode()


async def _orders(scan: OrderScan) -> AsyncIterator[ScannedOrder]:
    """Yield what serves something; an erased order is as if it were absent."""
    async for scanned in scan.after(None):
        if scanned.served:
            yield scanned
