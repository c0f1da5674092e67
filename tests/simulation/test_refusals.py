"""Worlds of names in which orders are refused; `make sim MODE=refusals` runs more of them."""

from collections.abc import Callable

import pytest

from tests.simulation.options import Mode
from tests.simulation.refusal_defects import DEFECTS, Planted
from tests.simulation.run import judge

SEEDS = 120
AT_A_TIME = 40


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
def test_whatever_is_refused_every_event_is_in_one_order_or_a_dead_letter(first: int) -> None:
    """And an order takes in what it had refused as soon as there is room and an event tries."""
    for seed in range(first, first + AT_A_TIME):
        verdict = judge(seed, Mode.REFUSALS)
        if verdict.report is not None:
            pytest.fail(verdict.report, pytrace=False)


@pytest.mark.parametrize(
    ("defect", "within"), DEFECTS.items(), ids=[defect.__name__ for defect in DEFECTS]
)
def test_a_planted_defect_of_a_refusal_is_found_out(
    defect: Callable[[], Planted], within: int, record_property: Callable[[str, object], None]
) -> None:
    with defect():
        verdicts = (judge(seed, Mode.REFUSALS) for seed in range(within))
        found = next((verdict for verdict in verdicts if verdict.report is not None), None)

    assert found is not None, f"not found out within {within} seeds"
    record_property("seeds", found.seed + 1)
