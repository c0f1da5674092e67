"""Topics as they are on the brokers, and what this worker needs of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from order_projector.settings import Settings

FOREVER: Final = -1
"""Kafka's word for no limit, in milliseconds and in bytes."""

_UNITS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as the brokers describe it.

    `replicas` are the copies of the partition that has the fewest. `config` holds what the broker
    tells of the configuration, which can be nothing at all.
    """

    name: str
    partitions: int
    replicas: int
    config: Mapping[str, str]
    leaderless: tuple[int, ...] = ()

    def number(self, key: str) -> int | None:
        """A number of its configuration; None where the broker does not tell."""
        try:
            return int(self.config[key])
        except (KeyError, ValueError):
            return None

    def words(self, key: str) -> frozenset[str]:
        """A list of its configuration; empty where the broker does not tell."""
        words = self.config.get(key, "").split(",")
        return frozenset(word.strip() for word in words if word.strip())


@dataclass(frozen=True, slots=True)
class Cluster:
    """The brokers, and those of the wanted topics that are there."""

    brokers: int
    topics: Mapping[str, Topic]


@dataclass(frozen=True, slots=True)
class Needs:
    """The topics of one worker, and the largest message it would publish, in bytes."""

    inbound: tuple[str, ...]
    order_updated: str
    dead_letters: str
    largest_message: int

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, those that are read first."""
        return (*self.inbound, self.order_updated, self.dead_letters)


def needs(settings: Settings) -> Needs:
    """What a worker with these settings needs."""
    return Needs(
        settings.inbound_topics,
        settings.order_updated_topic,
        settings.dead_letters_topic,
        settings.kafka_max_request_size,
    )


def spoken(milliseconds: int) -> str:
    """A time as people say it: 7 d, 36 h, for ever."""
    if milliseconds < 0:
        return "for ever"
    for size, unit in _UNITS:
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size} {unit}"
    return f"{milliseconds} ms"
