"""How the doctor judges what the servers report."""

from dataclasses import replace

import pytest

from order_projector.adapters.kafka.group import GroupState, PartitionState
from order_projector.adapters.kafka.reading import Span
from order_projector.adapters.mongo.diagnosis import DatabaseState
from order_projector.operations.doctor.rules import of_database, of_group, of_settings
from order_projector.settings import Settings

NOW = 1_000_000_000
FINE = DatabaseState("8.0.1", "rs0", 0.2, False, False, (), ())
DRAINED = PartitionState(("redemptions", 0), Span(5, 9), 9, None, NOW)


@pytest.mark.parametrize(
    ("state", "what"),
    [
        (FINE, None),
        (replace(FINE, version="6.0.2"), "version 6.0.2, the oldest supported is 7"),
        (replace(FINE, replica_set=None), "a single server without a replica set"),
        (replace(FINE, skew=-61.0), "its clock is 61 s behind this host's"),
        (replace(FINE, skew=7.0), "its clock is 7 s ahead of this host's"),
        (replace(FINE, has_validator=True), "a validator"),
        (replace(FINE, foreign=True), "documents that no worker"),
        (replace(FINE, foreign=None), "too large to search"),
        (replace(FINE, building=("a_1",)), "indexes that are being built: a_1"),
        (replace(FINE, unique=("a_1",)), "unique indexes: a_1"),
    ],
)
def test_a_database_is_judged(state: DatabaseState, what: str | None) -> None:
    found = [finding.what for finding in of_database(state, ())]
    assert len(found) == (what is not None)
    assert all(each.startswith(what or "") for each in found)


@pytest.mark.parametrize(
    ("partition", "what"),
    [
        (DRAINED, None),
        (replace(DRAINED, committed=None, oldest=NOW - 90_000), "4 records are not committed, the"),
        (replace(DRAINED, committed=2, oldest=NOW), "retention has removed records before they"),
        (replace(DRAINED, committed=12), "committed offsets beyond the end"),
        (replace(DRAINED, newest=NOW + 61_000), "records dated ahead of this host's clock"),
    ],
)
def test_a_group_is_judged(partition: PartitionState, what: str | None) -> None:
    found = [it.what for it in of_group(Settings(), GroupState("g", 2, (partition,)), NOW)]
    assert found[0] == "2 members"
    assert what is None or any(each.startswith(what) for each in found)
    assert len(found) == 1 or what is not None


def test_lag_is_told_with_the_age_of_the_oldest_record() -> None:
    behind = replace(DRAINED, committed=6, oldest=NOW - 90_000)
    found = [it.what for it in of_group(Settings(), GroupState("g", 1, (behind,)), NOW)]
    assert found[0] == "1 member"
    assert found[1] == "3 records are not committed, the oldest is 90 s old"


def test_a_group_without_members_is_a_problem() -> None:
    (found,) = of_group(Settings(), GroupState("g", 0, ()), NOW)
    assert (found.level, found.what) == ("problem", "no worker is a member")


def test_a_worker_that_is_cut_off_before_it_has_left_is_a_problem() -> None:
    assert [*of_settings(Settings(), ())] == []
    (found,) = of_settings(Settings(shutdown_timeout=5), ())
    assert found.about == "ORDERS_SHUTDOWN_TIMEOUT"
