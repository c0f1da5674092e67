"""Worlds that consist only of names; `make sim MODE=names SEEDS=10000` runs more of them."""

from collections.abc import Callable

import pytest

from tests.simulation.name_defects import DEFECTS, Planted
from tests.simulation.options import Mode
from tests.simulation.run import judge

SEEDS = 200
AT_A_TIME = 50


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
def test_whatever_fails_every_event_is_in_the_order_of_the_rule_and_in_no_other(first: int) -> None:
    for seed in range(first, first + AT_A_TIME):
        verdict = judge(seed, Mode.NAMES)
        if verdict.report is not None:
            pytest.fail(verdict.report, pytrace=False)


@pytest.mark.parametrize(
    ("defect", "within"), DEFECTS.items(), ids=[defect.__name__ for defect in DEFECTS]
)
def test_a_planted_defect_of_a_step_is_found_out(
    defect: Callable[[], Planted], within: int, record_property: Callable[[str, object], None]
) -> None:
    with defect():
        verdicts = (judge(seed, Mode.NAMES) for seed in range(within))
        found = next((verdict for verdict in verdicts if verdict.report is not None), None)

    assert found is not None, f"not found out within {within} seeds"
    record_property("seeds", found.seed + 1)
