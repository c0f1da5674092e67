"""A short chaos run; `make chaos MINUTES=10` is a long one."""

from pathlib import Path

from tests.faults.api.journal import File, Imported, Shown
from tests.faults.chaos import Plan, chaos
from tests.faults.schedule import Kind


async def test_under_faults_of_every_process_nothing_is_lost_doubled_or_wrong(
    tmp_path: Path,
) -> None:
    outcome = await chaos(Plan(seconds=14, seed=56, per_second=80), tmp_path, print)

    assert outcome.verdict.findings == ()
    assert outcome.drained
    assert sum(outcome.faults.values()) >= 3
    assert outcome.faults[Kind.API_KILLED]
    for kind in (Shown, Imported, File):
        assert outcome.journal.of(kind)
