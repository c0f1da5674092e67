"""Planned topics violate no rule."""

import pytest

from order_projector.adapters.kafka.topics import (
    Cluster,
    Topic,
    TopicOptions,
    findings,
    plan_topics,
)
from tests.unit.test_topics_rules import DAY, REQUIREMENTS


def test_new_topics_are_such_that_nothing_is_wrong_with_them() -> None:
    made = plan_topics(REQUIREMENTS, Cluster(3, {}), TopicOptions())
    assert [each.name for each in made] == list(REQUIREMENTS.names)
    assert findings(REQUIREMENTS, Cluster(3, {each.name: each for each in made})) == []
    assert {each.partitions for each in made} == {6}


def test_new_topics_have_three_copies_or_as_many_as_there_are_brokers() -> None:
    for brokers, copies, in_sync in ((1, 1, "1"), (2, 2, "1"), (3, 3, "2"), (9, 3, "2")):
        (made, *_) = plan_topics(REQUIREMENTS, Cluster(brokers, {}), TopicOptions())
        assert (made.replicas, made.config["min.insync.replicas"]) == (copies, in_sync)


def test_a_second_inbound_topic_gets_the_partitions_of_the_first() -> None:
    there = {"redemptions": Topic("redemptions", 12, 3, {})}
    made = plan_topics(REQUIREMENTS, Cluster(3, there), TopicOptions())
    assert [each.name for each in made] == ["payments", "order.updated", "order.dead-letters"]
    assert made[0].partitions == 12


def test_order_updated_is_compacted_and_the_others_are_kept_as_long_as_wished() -> None:
    made = plan_topics(
        REQUIREMENTS, Cluster(3, {}), TopicOptions(retention=DAY, dead_letters_retention=-1)
    )
    kept = {each.name: each.config.get("retention.ms") for each in made}
    assert kept == {
        "redemptions": "86400000",
        "payments": "86400000",
        "order.updated": None,
        "order.dead-letters": "-1",
    }
    assert made[2].config["cleanup.policy"] == "compact"
    assert made[2].config["max.message.bytes"] == "2000000"


@pytest.mark.parametrize(
    "options",
    [
        {"retention": -1},
        {"retention": 2 * DAY, "dead_letters_retention": DAY},
        {"replication": 2, "min_insync_replicas": 3},
    ],
)
def test_contradictory_options_are_rejected(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"must not be shorter|exceeds the number of replicas"):
        TopicOptions(**options)
