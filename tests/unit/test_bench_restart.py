"""The bench of rolling restarts: its figures, and the options that it refuses."""

from math import inf

import pytest
from bench.restart.figures import Event, figures
from bench.restart.options import options_from
from bench.restart.ways import WAYS


def test_the_gap_of_a_partition_is_the_longest_time_in_which_nothing_of_it_was_announced() -> None:
    events = [
        Event(0, sent=1.0, announced=1.5),
        Event(1, sent=1.0, announced=1.25),
        Event(1, sent=2.0, announced=7.25),
        Event(0, sent=3.0, announced=3.5),
        Event(1, sent=6.0, announced=7.0),
    ]

    restart = figures(events, assignments=5, seconds=9.0)

    assert restart.gaps == {0: 2.0, 1: 5.75}
    assert restart.longest_gap == 5.75
    assert (restart.latency(50), restart.latency(100)) == (0.5, 5.25)


def test_an_event_that_was_never_announced_is_a_gap_without_an_end() -> None:
    events = [Event(0, sent=1.0, announced=1.5), Event(0, sent=2.0, announced=inf)]
    assert figures(events, assignments=0, seconds=1.0).longest_gap == inf


def test_a_static_worker_has_an_identity_of_its_own_and_a_dynamic_one_none() -> None:
    names = {way.name: way.settings_of(2).get("ORDERS_KAFKA_GROUP_INSTANCE_ID") for way in WAYS}
    assert names["static"] == "worker-2"
    assert names["surge"] is None


def test_the_ways_are_measured_in_the_sequence_given() -> None:
    assert [each.name for each in options_from(["--ways", "static,surge"]).ways] == [
        "static",
        "surge",
    ]


def test_an_unknown_way_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        options_from(["--ways", "static,sideways"])
    assert exited.value.code == 2
    assert "argument --ways: no way is called sideways" in capsys.readouterr().err
