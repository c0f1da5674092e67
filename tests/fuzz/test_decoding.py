"""A short run of the decoding fuzzer, and proof that it finds planted defects."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.fuzz.__main__ import lines
from tests.fuzz.decoding.cases import ANY
from tests.fuzz.decoding.corpus import STYLES, TYPES
from tests.fuzz.decoding.defects import DEFECTS, Planted
from tests.fuzz.decoding.fuzzer import Decoding
from tests.fuzz.decoding.inputs import MUTATIONS, make
from tests.fuzz.fuzzer import Failure, Inputs

SEED = 1
SHORT = 1_200


def failures(fuzzer: Decoding, within: int) -> list[Failure]:
    """Return the failures of the first span that has any, among the first `within` inputs."""
    for first in range(0, within, 100):
        found = fuzzer.run(Inputs(min(100, within - first), first), SEED).failures
        if found:
            return found
    return []


def test_decoding_holds_what_it_promises_for_mutated_events(tmp_path: Path) -> None:
    report = Decoding(folder=tmp_path).run(Inputs(SHORT), SEED)

    print(*lines("decoding", SEED, report), sep="\n")  # noqa: T201
    assert report.failures == []
    assert report.inputs == SHORT
    assert report.counts["outcome"].keys() == ANY
    assert report.counts["mutation"].keys() == {*MUTATIONS, "oversize"}
    assert report.counts["envelope"].keys() == set(STYLES)
    assert report.counts["type"].keys() == TYPES.keys()


def test_a_seed_makes_the_same_inputs_again() -> None:
    assert [make(SEED, number) for number in range(50)] == [
        make(SEED, number) for number in range(50)
    ]
    assert make(SEED, 0) != make(SEED + 1, 0)


@pytest.mark.parametrize(
    ("defect", "within"), DEFECTS.items(), ids=[defect.__name__ for defect in DEFECTS]
)
def test_a_planted_defect_is_found_out(
    defect: Callable[[], Planted], within: int, tmp_path: Path
) -> None:
    with defect():
        found = failures(Decoding(folder=tmp_path), within)

    assert found, f"not found out within {within} inputs"
    print(f"{defect.__name__}: input {found[0].number} of {within}; {found[0].reason}")  # noqa: T201


def test_an_input_that_ends_the_process_is_named_and_kept_and_the_others_are_tried(
    tmp_path: Path,
) -> None:
    crash = next(defect for defect in DEFECTS if defect.__name__ == "token_scan_that_crashes")
    within = DEFECTS[crash]
    with crash():
        first = failures(Decoding(folder=tmp_path), within)[0]
        around = Inputs(21, max(0, first.number - 10))
        report = Decoding(folder=tmp_path).run(around, SEED)

    assert "ends the process, exit code -9" in first.reason
    assert Path(first.kept).read_bytes() == make(SEED, first.number)[2].value
    assert first in report.failures
    assert report.inputs == 21


def test_an_input_that_hangs_is_named(tmp_path: Path) -> None:
    def hanging(*_: object) -> None:
        while True:
            pass

    with patch("tests.fuzz.decoding.fuzzer.violation", hanging):
        report = Decoding(folder=tmp_path, hangs_after=0.5).run(Inputs(1), SEED)

    (failure,) = report.failures
    assert (failure.number, failure.reason) == (0, "hangs for 0.5 seconds")
