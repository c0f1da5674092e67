"""The worker in seeded worlds full of faults; `make sim SEEDS=10000` runs more of them."""

import os
import subprocess
import sys

import pytest

from tests.simulation.run import judge

SEEDS = 320
AT_A_TIME = 40


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
def test_whatever_fails_no_event_is_lost_doubled_or_announced_wrong(first: int) -> None:
    for seed in range(first, first + AT_A_TIME):
        verdict = judge(seed)
        if verdict.report is not None:
            pytest.fail(verdict.report, pytrace=False)


@pytest.mark.parametrize("seed", [2, 16, 38])
def test_a_seed_says_the_same_in_every_process(seed: int) -> None:
    script = f"from tests.simulation.run import judge; print(judge({seed}))"

    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": hashes},
        ).stdout
        for hashes in ("1", "2")
    }

    assert len(said) == 1
    assert "Verdict(" in said.pop()
