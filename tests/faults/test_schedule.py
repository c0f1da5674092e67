"""The schedule of faults in a chaos run."""

from tests.faults.schedule import SECONDS, Kind, schedule


def test_a_schedule_is_the_same_for_the_same_seed_and_holds_every_kind_of_fault() -> None:
    faults = schedule(7, 60, tuple(Kind))

    assert schedule(7, 60, tuple(Kind)) == faults != schedule(8, 60, tuple(Kind))
    assert {fault.kind for fault in faults[: len(Kind)]} == set(Kind)
    for fault in faults:
        least, most = SECONDS[fault.kind]
        assert least <= fault.seconds <= most
        assert 0 < fault.at < 60
