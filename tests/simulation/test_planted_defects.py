"""Proof that the simulator works: it finds the plausible defects of a worker."""

from collections.abc import Callable

import pytest

from tests.simulation.defects import DEFECTS, Planted
from tests.simulation.defects_apart import DEFECTS_APART
from tests.simulation.defects_beside import DEFECTS_BESIDE
from tests.simulation.defects_live import DEFECTS_LIVE
from tests.simulation.run import judge

ALL = {**DEFECTS, **DEFECTS_BESIDE, **DEFECTS_APART, **DEFECTS_LIVE}
RARE = 800
"""A defect that may need this many seeds to be found is planted in nightly runs only."""


@pytest.mark.parametrize(
    ("defect", "within"),
    [
        pytest.param(*it, id=it[0].__name__, marks=pytest.mark.nightly if it[1] >= RARE else ())
        for it in ALL.items()
    ],
)
def test_a_planted_defect_is_found_out(
    defect: Callable[[], Planted], within: int, record_property: Callable[[str, object], None]
) -> None:
    with defect():
        verdicts = map(judge, range(within))
        found = next((verdict for verdict in verdicts if verdict.report is not None), None)

    assert found is not None, f"not found out within {within} seeds"
    record_property("seeds", found.seed + 1)
    print(f"{defect.__name__}: {found.seed + 1} seeds of {within}; {found.report}")  # noqa: T201
