"""Each problem of the topics is reported in one line, with its remedy."""

from dataclasses import replace

import pytest

from order_projector.adapters.kafka.topics import (
    Cluster,
    Level,
    Topic,
    TopicRequirements,
    findings,
    format_duration,
    required_topics,
)
from order_projector.settings import load

REQUIREMENTS = TopicRequirements(
    ("redemptions", "payments"), "order.updated", "order.dead-letters", 2_000_000
)
DAY = 86_400_000


def topic(name: str, **config: str) -> Topic:
    """Return a topic with six partitions and three replicas, two of which must be in sync."""
    entries = {"min.insync.replicas": "2"} | {
        key.replace("_", "."): it for key, it in config.items()
    }
    return Topic(name, 6, 3, entries)


def cluster(*changed: Topic, brokers: int = 3, without: str = "") -> Cluster:
    """Return a cluster with valid topics, except for those given."""
    sound = (
        topic("redemptions", cleanup_policy="delete", retention_ms=str(7 * DAY)),
        topic("payments", cleanup_policy="delete", retention_ms=str(7 * DAY)),
        topic("order.updated", cleanup_policy="compact", max_message_bytes="2000000"),
        topic("order.dead-letters", cleanup_policy="delete", retention_ms=str(28 * DAY)),
    )
    topics = {each.name: each for each in (*sound, *changed) if each.name != without}
    return Cluster(brokers, topics)


def lines(cluster: Cluster, level: Level = Level.PROBLEM) -> list[str]:
    return [str(each) for each in findings(REQUIREMENTS, cluster) if each.level is level]


def test_of_topics_as_they_should_be_nothing_is_said() -> None:
    assert findings(REQUIREMENTS, cluster()) == []


def test_a_topic_that_is_not_there_is_to_be_made() -> None:
    assert lines(cluster(without="payments")) == [
        (
            "payments: does not exist, or this login lacks Describe on it: "
            "run `order-projector topics create`, or grant Describe"
        )
    ]


def test_inbound_topics_of_different_partition_counts_cost_conflicts() -> None:
    fewer = replace(cluster().topics["payments"], partitions=4)
    assert lines(cluster(fewer)) == [
        (
            "payments: has 4 partitions but redemptions has 6, so different workers process "
            "events of the same order and conflict: increase its partitions to 6"
        )
    ]


def test_the_outbound_topics_may_have_any_number_of_partitions() -> None:
    other = replace(cluster().topics["order.updated"], partitions=1)
    assert lines(cluster(other)) == []


@pytest.mark.parametrize(
    ("copies", "in_sync", "brokers", "line"),
    [
        (1, 1, 3, "has 1 replica on 3 brokers: reassign its partitions to 3 brokers"),
        (2, 1, 5, "has 2 replicas on 5 brokers: reassign its partitions to 3 brokers"),
        (
            3,
            1,
            3,
            (
                "acknowledges records that only one broker has, and loses them with that broker: "
                "set min.insync.replicas=2"
            ),
        ),
        (
            3,
            3,
            3,
            "rejects writes while one of its 3 replicas is unavailable: set min.insync.replicas=2",
        ),
        (
            1,
            2,
            1,
            (
                "rejects writes: min.insync.replicas is 2, but it has 1 replica: "
                "set min.insync.replicas=1"
            ),
        ),
    ],
)
def test_a_record_must_outlive_one_broker_and_be_taken_without_it(
    copies: int, in_sync: int, brokers: int, line: str
) -> None:
    config = {"cleanup.policy": "delete", "min.insync.replicas": str(in_sync)}
    given = cluster(Topic("payments", 6, copies, config), brokers=brokers)
    assert f"payments: {line}" in lines(given)


def test_one_broker_is_a_note_and_no_problem() -> None:
    alone = {
        name: replace(each, replicas=1, config={**each.config, "min.insync.replicas": "1"})
        for name, each in cluster().topics.items()
    }
    assert lines(Cluster(1, alone)) == []
    assert lines(Cluster(1, alone), Level.NOTE) == [
        (
            "redemptions, payments, order.updated, order.dead-letters: stored on a single "
            "broker, and lost with it: use three brokers in production"
        )
    ]


def test_a_leader_must_have_every_acknowledged_record() -> None:
    unclean = replace(
        cluster().topics["payments"],
        config={**cluster().topics["payments"].config, "unclean.leader.election.enable": "true"},
    )
    assert lines(cluster(unclean)) == [
        (
            "payments: may elect a leader that lacks acknowledged records: "
            "set unclean.leader.election.enable=false"
        )
    ]


def test_partitions_without_a_leader_are_named() -> None:
    headless = replace(cluster().topics["payments"], leaderless=(1, 4))
    assert lines(cluster(headless)) == [
        "payments: has no leader for partition 1, 4: restart its brokers"
    ]


def test_an_inbound_topic_must_not_be_compacted() -> None:
    assert lines(cluster(topic("payments", cleanup_policy="compact"))) == [
        (
            "payments: is compacted, which may delete all but the last event of an order: "
            "set cleanup.policy=delete"
        )
    ]


@pytest.mark.parametrize(
    ("letters", "events", "line"),
    [
        (
            6 * DAY,
            7 * DAY,
            (
                "keeps dead letters for 6 d, but their events are kept for 7 d: "
                "set retention.ms=604800000"
            ),
        ),
        (
            28 * DAY,
            -1,
            ("keeps dead letters for 28 d, but their events are kept forever: set retention.ms=-1"),
        ),
    ],
)
def test_dead_letters_are_never_kept_shorter_than_the_events_they_come_from(
    letters: int, events: int, line: str
) -> None:
    given = cluster(
        topic("payments", cleanup_policy="delete", retention_ms=str(events)),
        topic("order.dead-letters", cleanup_policy="delete", retention_ms=str(letters)),
    )
    assert lines(given) == [f"order.dead-letters: {line}"]


@pytest.mark.parametrize("kept", [-1, 7 * DAY])
def test_dead_letters_kept_as_long_or_for_ever_are_kept_long_enough(kept: int) -> None:
    letters = topic("order.dead-letters", cleanup_policy="delete", retention_ms=str(kept))
    assert lines(cluster(letters)) == []


def test_dead_letters_have_no_bound_of_bytes_and_are_not_compacted() -> None:
    letters = topic("order.dead-letters", cleanup_policy="compact", retention_bytes="1000")
    assert lines(cluster(letters)) == [
        (
            "order.dead-letters: is compacted, so the broker rejects dead letters without a key "
            "and the worker stops: set cleanup.policy=delete"
        ),
        (
            "order.dead-letters: deletes its oldest dead letters, whatever their age, once a "
            "partition has 1000 bytes: set retention.bytes=-1"
        ),
    ]


def test_order_updated_takes_the_largest_message_we_would_send() -> None:
    small = topic("order.updated", cleanup_policy="compact", max_message_bytes="1048588")
    assert lines(cluster(small)) == [
        (
            "order.updated: accepts messages up to 1048588 bytes, but the worker sends up to "
            "2000000; an order between these sizes is stored and not announced: "
            "set max.message.bytes=2000000 on it, or ORDERS_KAFKA_MAX_REQUEST_SIZE=1048588 here"
        )
    ]


def test_a_letter_has_room_for_the_largest_event() -> None:
    given = cluster(
        topic("payments", cleanup_policy="delete", max_message_bytes="3000"),
        topic("order.dead-letters", cleanup_policy="delete", max_message_bytes="2000"),
    )
    assert lines(given) == [
        (
            "order.dead-letters: accepts messages up to 2000 bytes, but payments up to 3000; the "
            "dead letter of a larger event is published without its value: "
            "set max.message.bytes=3000"
        )
    ]


def test_order_updated_that_forgets_is_a_note() -> None:
    kept = topic("order.updated", cleanup_policy="compact,delete", retention_ms=str(7 * DAY))
    assert lines(cluster(kept)) == []
    assert lines(cluster(kept), Level.NOTE) == [
        (
            "order.updated: deletes orders that have not changed for 7 d: set "
            "cleanup.policy=compact to keep the latest state of every order"
        )
    ]


def test_what_a_broker_does_not_tell_is_not_judged_and_one_note_says_so() -> None:
    silent = {name: Topic(name, 6, 3, {}) for name in REQUIREMENTS.names}
    assert lines(Cluster(3, silent)) == []
    (note,) = lines(Cluster(3, silent), Level.NOTE)
    assert note.startswith("redemptions, payments, order.updated, order.dead-letters: the broker")


def test_one_topic_for_both_kinds_of_events_is_one_topic() -> None:
    one = required_topics(load(redemptions_topic="events", payments_topic="events"))
    assert one.names == ("events", "order.updated", "order.dead-letters")


def test_times_are_spoken_as_people_say_them() -> None:
    assert [format_duration(it) for it in (-1, 7 * DAY, 36 * 3_600_000, 90_000, 1_500, 0)] == [
        "forever",
        "7 d",
        "36 h",
        "90 s",
        "1500 ms",
        "0 ms",
    ]
