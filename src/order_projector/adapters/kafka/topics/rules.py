"""Check the topics: one line for each problem, with its remedy.

Pure: the brokers' answers in, findings out. What a broker does not disclose is not checked, and
one note says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from order_projector.adapters.kafka.topics.model import (
    FOREVER,
    Cluster,
    Topic,
    TopicRequirements,
    format_duration,
)
from order_projector.adapters.kafka.topics.plan import ENOUGH_COPIES

_JUDGED: Final = (
    "cleanup.policy",
    "max.message.bytes",
    "min.insync.replicas",
    "retention.ms",
)


class Level(StrEnum):
    """The severity of a finding."""

    PROBLEM = "problem"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem or a note about a topic."""

    level: Level
    topic: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return the finding in one line."""
        return f"{self.topic}: {self.what}: {self.remedy}"


def findings(requirements: TopicRequirements, cluster: Cluster) -> Sequence[Finding]:
    """Return all findings."""
    return [*_found(requirements, cluster)]


def _found(requirements: TopicRequirements, cluster: Cluster) -> Iterator[Finding]:
    there = [cluster.topics[name] for name in requirements.names if name in cluster.topics]
    inbound = [topic for topic in there if topic.name in requirements.inbound]
    yield from _missing(requirements, cluster)
    yield from _undisclosed(there)
    yield from _partitions(inbound)
    for topic in there:
        yield from _durability(topic, cluster.brokers)
    yield from _single_broker(there, cluster.brokers)
    for topic in inbound:
        yield from _history(topic)
    if order_updated := cluster.topics.get(requirements.order_updated):
        yield from _table(order_updated)
        yield from _size(order_updated, requirements.largest_message)
    if dead_letters := cluster.topics.get(requirements.dead_letters):
        yield from _kept_long_enough(dead_letters, inbound)
        yield from _room_for_letters(dead_letters, inbound)


def _problem(topic: Topic, what: str, remedy: str) -> Finding:
    return Finding(Level.PROBLEM, topic.name, what, remedy)


def _note(topic: Topic, what: str, remedy: str) -> Finding:
    return Finding(Level.NOTE, topic.name, what, remedy)


def _missing(requirements: TopicRequirements, cluster: Cluster) -> Iterator[Finding]:
    for name in requirements.names:
        if name not in cluster.topics:
            yield Finding(
                Level.PROBLEM,
                name,
                "does not exist, or this login lacks Describe on it",
                "run `order-projector topics create`, or grant Describe",
            )


def _undisclosed(there: Sequence[Topic]) -> Iterator[Finding]:
    blind = [topic for topic in there if not topic.config.keys() & {*_JUDGED}]
    if blind:
        yield Finding(
            Level.NOTE,
            _names(blind),
            "the broker does not return the configuration",
            "retention, compaction, in-sync replicas and message sizes are not checked; "
            "grant DescribeConfigs if the broker supports it",
        )


def _partitions(inbound: Sequence[Topic]) -> Iterator[Finding]:
    if len({topic.partitions for topic in inbound}) > 1:
        fewer, more = sorted(inbound, key=lambda topic: topic.partitions)
        yield _problem(
            fewer,
            f"has {fewer.partitions} partitions but {more.name} has {more.partitions}, so "
            "different workers process events of the same order and conflict",
            f"increase its partitions to {more.partitions}",
        )


def _durability(topic: Topic, brokers: int) -> Iterator[Finding]:
    if topic.leaderless:
        partitions = ", ".join(map(str, topic.leaderless))
        yield _problem(topic, f"has no leader for partition {partitions}", "restart its brokers")
    enough = min(ENOUGH_COPIES, brokers)
    if topic.replicas < enough:
        yield _problem(
            topic,
            f"has {_replicas(topic.replicas)} on {brokers} brokers",
            f"reassign its partitions to {enough} brokers",
        )
    yield from _acknowledgement(topic)
    if topic.words("unclean.leader.election.enable") == {"true"}:
        yield _problem(
            topic,
            "may elect a leader that lacks acknowledged records",
            "set unclean.leader.election.enable=false",
        )


def _single_broker(there: Sequence[Topic], brokers: int) -> Iterator[Finding]:
    if there and brokers == 1:
        yield Finding(
            Level.NOTE,
            _names(there),
            "stored on a single broker, and lost with it",
            "use three brokers in production",
        )


def _acknowledgement(topic: Topic) -> Iterator[Finding]:
    least = topic.number("min.insync.replicas")
    if least is None:
        return
    if least > topic.replicas:
        yield _problem(
            topic,
            f"rejects writes: min.insync.replicas is {least}, "
            f"but it has {_replicas(topic.replicas)}",
            f"set min.insync.replicas={max(1, topic.replicas - 1)}",
        )
    elif topic.replicas > 1 and least == topic.replicas:
        yield _problem(
            topic,
            f"rejects writes while one of its {topic.replicas} replicas is unavailable",
            f"set min.insync.replicas={topic.replicas - 1}",
        )
    elif topic.replicas >= ENOUGH_COPIES and least == 1:
        yield _problem(
            topic,
            "acknowledges records that only one broker has, and loses them with that broker",
            "set min.insync.replicas=2",
        )


def _history(topic: Topic) -> Iterator[Finding]:
    if "compact" in topic.words("cleanup.policy"):
        yield _problem(
            topic,
            "is compacted, which may delete all but the last event of an order",
            "set cleanup.policy=delete",
        )


def _table(topic: Topic) -> Iterator[Finding]:
    policy, kept = topic.words("cleanup.policy"), topic.number("retention.ms")
    if "delete" in policy and kept is not None and kept != FOREVER:
        yield _note(
            topic,
            f"deletes orders that have not changed for {format_duration(kept)}",
            "set cleanup.policy=compact to keep the latest state of every order",
        )


def _size(topic: Topic, ours: int) -> Iterator[Finding]:
    theirs = topic.number("max.message.bytes")
    if theirs is not None and theirs < ours:
        yield _problem(
            topic,
            f"accepts messages up to {theirs} bytes, but the worker sends up to {ours}; an order "
            "between these sizes is stored and not announced",
            f"set max.message.bytes={ours} on it, or ORDERS_KAFKA_MAX_REQUEST_SIZE={theirs} here",
        )


def _kept_long_enough(dead_letters: Topic, inbound: Sequence[Topic]) -> Iterator[Finding]:
    if "compact" in dead_letters.words("cleanup.policy"):
        yield _problem(
            dead_letters,
            "is compacted, so the broker rejects dead letters without a key and the worker stops",
            "set cleanup.policy=delete",
        )
    kept = dead_letters.number("retention.ms")
    wanted = [known for topic in inbound if (known := topic.number("retention.ms")) is not None]
    if kept is not None and kept != FOREVER and wanted:
        longest = FOREVER if FOREVER in wanted else max(wanted)
        if longest == FOREVER or kept < longest:
            yield _problem(
                dead_letters,
                f"keeps dead letters {_for(kept)}, but their events are kept {_for(longest)}",
                f"set retention.ms={longest}",
            )
    if (size := dead_letters.number("retention.bytes")) is not None and size != FOREVER:
        yield _problem(
            dead_letters,
            "deletes its oldest dead letters, whatever their age, "
            f"once a partition has {size} bytes",
            f"set retention.bytes={FOREVER}",
        )


def _room_for_letters(dead_letters: Topic, inbound: Sequence[Topic]) -> Iterator[Finding]:
    theirs = dead_letters.number("max.message.bytes")
    sizes = [(size, topic) for topic in inbound if (size := topic.number("max.message.bytes"))]
    if theirs is None or not sizes:
        return
    largest, topic = max(sizes, key=lambda it: it[0])
    if theirs < largest:
        yield _problem(
            dead_letters,
            f"accepts messages up to {theirs} bytes, but {topic.name} up to {largest}; the dead "
            "letter of a larger event is published without its value",
            f"set max.message.bytes={largest}",
        )


def _names(topics: Sequence[Topic]) -> str:
    return ", ".join(topic.name for topic in topics)


def _replicas(number: int) -> str:
    return "1 replica" if number == 1 else f"{number} replicas"


def _for(milliseconds: int) -> str:
    return (
        format_duration(milliseconds)
        if milliseconds == FOREVER
        else f"for {format_duration(milliseconds)}"
    )
