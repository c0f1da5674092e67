"""The longest stall is the longest time from an event's first record to its announcement."""

from tests.faults.evidence import Evidence, Logged, Revision
from tests.faults.stall import longest_stall
from tests.support.events import order_event, to_json


def logged(name: str, at: int) -> Logged:
    return Logged(None, to_json(order_event(1) | {"id": name}), (), at)


def announced(revision: int, *causes: str, at: int) -> Revision:
    return Revision(f"ord_1:{revision}", 0, revision, (), causes, {}, b"", at)


def test_an_event_waits_from_its_first_record_to_the_first_revision_that_names_it() -> None:
    evidence = Evidence([])
    evidence.log = {
        ("t", 0, 0): logged("evt_1", at=1_000),
        ("t", 0, 1): logged("evt_2", at=2_000),
        ("t", 0, 2): logged("evt_2", at=5_000),
        ("t", 0, 3): logged("evt_unannounced", at=0),
        ("t", 0, 4): Logged(None, b"no event", (), 0),
    }
    evidence.announced["ord_1"] = [
        announced(1, "evt_1", at=1_500),
        announced(2, "evt_2", at=5_500),
        announced(2, "evt_2", at=9_000),
    ]

    assert longest_stall(evidence) == 3.5


def test_where_nothing_was_announced_nothing_has_waited() -> None:
    assert longest_stall(Evidence([])) == 0
