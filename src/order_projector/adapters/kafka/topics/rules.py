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
    yield from _lone(there, cluster.brokers)
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
                "is not there, or not to be seen with this login",
                "run `order-projector topics create`, or grant Describe on it",
            )


def _undisclosed(there: Sequence[Topic]) -> Iterator[Finding]:
    blind = [topic for topic in there if not topic.config.keys() & {*_JUDGED}]
    if blind:
        yield Finding(
            Level.NOTE,
            _names(blind),
            "the broker does not tell the configuration",
            "retention, compaction, in-sync replicas and message sizes are not checked; "
            "grant DescribeConfigs, if this broker has it",
        )


def _partitions(inbound: Sequence[Topic]) -> Iterator[Finding]:
    if len({topic.partitions for topic in inbound}) > 1:
        fewer, more = sorted(inbound, key=lambda topic: topic.partitions)
        yield _problem(
            fewer,
            f"has {fewer.partitions} partitions and {more.name} has {more.partitions}, so that "
            "the events of an order meet in different workers, which costs conflicts",
            f"raise them to {more.partitions}",
        )


def _durability(topic: Topic, brokers: int) -> Iterator[Finding]:
    if topic.leaderless:
        partitions = ", ".join(map(str, topic.leaderless))
        yield _problem(topic, f"has no leader for partition {partitions}", "bring its brokers back")
    enough = min(ENOUGH_COPIES, brokers)
    if topic.replicas < enough:
        yield _problem(
            topic,
            f"has {_copies(topic.replicas)} on {brokers} brokers",
            f"reassign its partitions to {enough} of them",
        )
    yield from _acknowledgement(topic)
    if topic.words("unclean.leader.election.enable") == {"true"}:
        yield _problem(
            topic,
            "may be led by a replica that lacks acknowledged records",
            "set unclean.leader.election.enable=false",
        )


def _lone(there: Sequence[Topic], brokers: int) -> Iterator[Finding]:
    if there and brokers == 1:
        yield Finding(
            Level.NOTE,
            _names(there),
            "on the only broker, and lost with it",
            "use three brokers where that matters",
        )


def _acknowledgement(topic: Topic) -> Iterator[Finding]:
    least = topic.number("min.insync.replicas")
    if least is None:
        return
    if least > topic.replicas:
        yield _problem(
            topic,
            f"takes no records, for want of {least} replicas in sync out of {topic.replicas}",
            f"set min.insync.replicas={max(1, topic.replicas - 1)}",
        )
    elif topic.replicas > 1 and least == topic.replicas:
        yield _problem(
            topic,
            f"takes no records while one of its {topic.replicas} replicas is away",
            f"set min.insync.replicas={topic.replicas - 1}",
        )
    elif topic.replicas >= ENOUGH_COPIES and least == 1:
        yield _problem(
            topic,
            "acknowledges what one broker alone has, and can lose it with that broker",
            "set min.insync.replicas=2",
        )


def _history(topic: Topic) -> Iterator[Finding]:
    if "compact" in topic.words("cleanup.policy"):
        yield _problem(
            topic,
            "is compacted, so that only the last event of an order may be left to be read",
            "set cleanup.policy=delete",
        )


def _table(topic: Topic) -> Iterator[Finding]:
    policy, kept = topic.words("cleanup.policy"), topic.number("retention.ms")
    if "delete" in policy and kept is not None and kept != FOREVER:
        yield _note(
            topic,
            f"forgets orders that have not changed for {format_duration(kept)}",
            "set cleanup.policy=compact to let it be read as a table of all orders",
        )


def _size(topic: Topic, ours: int) -> Iterator[Finding]:
    theirs = topic.number("max.message.bytes")
    if theirs is not None and theirs < ours:
        yield _problem(
            topic,
            f"takes messages of {theirs} bytes, and an order's may have {ours}; a larger one is "
            "stored and not announced",
            f"set max.message.bytes={ours} on it, or ORDERS_KAFKA_MAX_REQUEST_SIZE={theirs} here",
        )


def _kept_long_enough(dead_letters: Topic, inbound: Sequence[Topic]) -> Iterator[Finding]:
    if "compact" in dead_letters.words("cleanup.policy"):
        yield _problem(
            dead_letters,
            "is compacted, so that a letter without a key is refused and stops the worker",
            "set cleanup.policy=delete",
        )
    kept = dead_letters.number("retention.ms")
    wanted = [known for topic in inbound if (known := topic.number("retention.ms")) is not None]
    if kept is not None and kept != FOREVER and wanted:
        longest = FOREVER if FOREVER in wanted else max(wanted)
        if longest == FOREVER or kept < longest:
            yield _problem(
                dead_letters,
                f"keeps letters {_for(kept)} and the events they come from are kept "
                f"{_for(longest)}",
                f"set retention.ms={longest}",
            )
    if (size := dead_letters.number("retention.bytes")) is not None and size != FOREVER:
        yield _problem(
            dead_letters,
            f"drops its oldest letters, however young, once a partition has {size} bytes",
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
            f"takes messages of {theirs} bytes and {topic.name} of {largest}; the letter of a "
            "larger event goes without its value",
            f"set max.message.bytes={largest}",
        )


def _names(topics: Sequence[Topic]) -> str:
    return ", ".join(topic.name for topic in topics)


def _copies(number: int) -> str:
    return "one copy" if number == 1 else f"{number} copies"


def _for(milliseconds: int) -> str:
    return (
        format_duration(milliseconds)
        if milliseconds == FOREVER
        else f"for {format_duration(milliseconds)}"
    )
