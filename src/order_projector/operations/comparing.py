"""Compare two databases, order by order, revisions aside."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Final

from order_projector.domain.differences import differences
from order_projector.projection.scanning import OrderScan, ScannedOrder

MOST_KEPT: Final = 1_000


KINDS: Final = ("different", "only_here", "only_there")


class NotComparable(Exception):
    """There is nothing to compare with; the message says why."""


@dataclass(slots=True)
class Comparison:
    """How many orders are equal, differ, or are in one of the two only; some of them by id.

    ``counts`` has all of each kind, also those that are not kept by id.
    """

    equal: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    different: dict[str, tuple[str, ...]] = field(default_factory=dict)
    only_here: list[str] = field(default_factory=list)
    only_there: list[str] = field(default_factory=list)
    not_kept: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether both hold the same orders."""
        return not self.counts.total()

    def has_begun(self) -> bool:
        """Whether any order was compared."""
        return bool(self.equal or self.counts)

    def differ(self, here: ScannedOrder, there: ScannedOrder) -> None:
        """Compare one order of both."""
        places = tuple(each.path for each in differences(dict(here.served), dict(there.served)))
        if not places:
            self.equal += here.is_order
        elif self._is_kept("different"):
            self.different[here.order_id] = places[:5]

    def miss_there(self, order_id: str) -> None:
        """Note an order that only this database has."""
        if self._is_kept("only_here"):
            self.only_here.append(order_id)

    def miss_here(self, order_id: str) -> None:
        """Note an order that only the other database has."""
        if self._is_kept("only_there"):
            self.only_there.append(order_id)

    def _is_kept(self, kind: str) -> bool:
        is_kept = self.counts.total() < MOST_KEPT
        self.counts[kind] += 1
        self.not_kept += not is_kept
        return is_kept


async def compare(
    here: OrderScan, there: OrderScan, found: Comparison, progress: Callable[[int], None]
) -> None:
    """Walk through both in the order of ids. Raises `Unavailable`."""
    ours, theirs = _orders(here), _orders(there)
    one, other = await anext(ours, None), await anext(theirs, None)
    while one is not None or other is not None:
        if other is None or (one is not None and _before(one, other)):
            assert one is not None  # noqa: S101 - one of the two is there
            found.miss_there(one.order_id)
            one = await anext(ours, None)
        elif one is None or _before(other, one):
            found.miss_here(other.order_id)
            other = await anext(theirs, None)
        else:
            found.differ(one, other)
            one, other = await anext(ours, None), await anext(theirs, None)
        progress(1)


def _before(one: ScannedOrder, other: ScannedOrder) -> bool:
    """Whether an id comes first: a database compares the bytes of texts."""
    return one.order_id.encode() < other.order_id.encode()


async def _orders(scan: OrderScan) -> AsyncIterator[ScannedOrder]:
    """Yield what serves something; an erased order is as if it were absent."""
    async for scanned in scan.after(None):
        if scanned.served:
            yield scanned
