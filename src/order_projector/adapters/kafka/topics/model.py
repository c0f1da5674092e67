"""Topics as the brokers describe them, and this worker's requirements."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from order_projector.settings import Settings

FOREVER: Final = -1
"""Kafka's value for "unlimited", of milliseconds and of bytes."""

_UNITS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as the brokers describe it.

    `replicas` is the lowest replication factor of its partitions. `config` holds the part of the
    configuration that the broker discloses, which may be empty.
    """

    name: str
    partitions: int
    replicas: int
    config: Mapping[str, str]
    leaderless: tuple[int, ...] = ()

    def number(self, key: str) -> int | None:
        """Return a numeric configuration entry, or None if the broker does not disclose it."""
        try:
            return int(self.config[key])
        except (KeyError, ValueError):
            return None

    def words(self, key: str) -> frozenset[str]:
        """Return a list-valued configuration entry; empty if the broker does not disclose it."""
        words = self.config.get(key, "").split(",")
        return frozenset(word.strip() for word in words if word.strip())


@dataclass(frozen=True, slots=True)
class Cluster:
    """The number of brokers, and those of the requested topics that exist."""

    brokers: int
    topics: Mapping[str, Topic]


@dataclass(frozen=True, slots=True)
class TopicRequirements:
    """The topics of a worker, and the largest message it may publish, in bytes."""

    inbound: tuple[str, ...]
    order_updated: str
    dead_letters: str
    largest_message: int

    @property
    def names(self) -> tuple[str, ...]:
        """All topics, the inbound ones first."""
        return (*self.inbound, self.order_updated, self.dead_letters)


def required_topics(settings: Settings) -> TopicRequirements:
    """Return the topics that a worker with these settings requires."""
    return TopicRequirements(
        settings.inbound_topics,
        settings.order_updated_topic,
        settings.dead_letters_topic,
        settings.kafka_max_request_size,
    )


def format_duration(milliseconds: int) -> str:
    """Format a duration for people: 7 d, 36 h, forever."""
    if milliseconds < 0:
        return "forever"
    for size, unit in _UNITS:
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size} {unit}"
    return f"{milliseconds} ms"
