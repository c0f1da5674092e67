"""What a comparison of two databases counts, and how much of it is kept and printed."""

from collections.abc import AsyncIterator, Iterable

import pytest

from order_projector.cli.comparison_text import print_comparison
from order_projector.operations.comparing import MOST_KEPT, Comparison, compare
from order_projector.projection.ports import Unusable, UnusableReason
from order_projector.projection.scanning import ScannedOrder

NO_STATE = Unusable(UnusableReason.BOOKKEEPING, "none")


class Scan:
    """The orders of a database, sorted by id."""

    def __init__(self, numbers: Iterable[int], status: str = "PAID") -> None:
        self._orders = [
            ScannedOrder(f"ord_{n:05}", {"id": f"ord_{n:05}", "status": status}, NO_STATE)
            for n in numbers
        ]

    async def after(self, order_id: str | None) -> AsyncIterator[ScannedOrder]:
        assert order_id is None
        for order in self._orders:
            yield order


async def compared(here: Scan, there: Scan) -> Comparison:
    found = Comparison()
    await compare(here, there, found, lambda _: None)  # type: ignore[arg-type]
    return found


async def test_orders_of_one_database_only_are_all_counted_however_many_are_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = await compared(Scan(range(4_337)), Scan(range(4_337, 4_340)))
    print_comparison(found)

    assert len(found.only_here) == MOST_KEPT
    assert not found.is_equal
    *_, more, summary = capsys.readouterr().out.splitlines()
    assert more == "and 4,240 more"
    assert summary == ("0 equal, 0 different, 4,337 only in this database, 3 only in the other one")


async def test_different_orders_are_all_counted_however_many_are_kept() -> None:
    found = await compared(Scan(range(1_500)), Scan(range(1_600), "LOST"))

    assert len(found.different) == MOST_KEPT
    assert found.counts == {"different": 1_500, "only_there": 100}
    assert found.not_kept == 600


async def test_the_same_orders_are_equal() -> None:
    found = await compared(Scan(range(3)), Scan(range(3)))

    assert (found.is_equal, found.equal) == (True, 3)
