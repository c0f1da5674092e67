"""Plan missing topics so that `rules` finds no problem with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from order_projector.adapters.kafka.topics.model import FOREVER, Cluster, Topic, TopicRequirements

DEFAULT_PARTITIONS: Final = 6
ENOUGH_COPIES: Final = 3


@dataclass(frozen=True, slots=True)
class TopicOptions:
    """Options for new topics; None means the default. Times are in milliseconds."""

    partitions: int | None = None
    replication: int | None = None
    min_insync_replicas: int | None = None
    retention: int = 7 * 86_400_000
    dead_letters_retention: int = 28 * 86_400_000

    def __post_init__(self) -> None:
        """Raise `ValueError` for contradictory options."""
        if _shorter(self.dead_letters_retention, self.retention):
            raise ValueError(
                "the retention of dead letters must not be shorter than that of the inbound topics"
            )
        copies, least = self.replication, self.min_insync_replicas
        if copies is not None and least is not None and least > copies:
            raise ValueError(
                f"min.insync.replicas {least} exceeds the number of replicas, {copies}"
            )


def plan_topics(
    requirements: TopicRequirements, cluster: Cluster, options: TopicOptions
) -> Sequence[Topic]:
    """Return the missing topics, as they should be created.

    By default the replication factor is three, or the number of brokers if there are fewer, and
    all replicas but one must be in sync. The partition count is that of an existing inbound topic:
    the two inbound topics must have the same.
    """
    there = [
        cluster.topics[name].partitions for name in requirements.inbound if name in cluster.topics
    ]
    partitions = options.partitions or max(there, default=DEFAULT_PARTITIONS)
    copies = options.replication or max(1, min(ENOUGH_COPIES, cluster.brokers))
    in_sync = options.min_insync_replicas or max(1, copies - 1)
    durable = {"min.insync.replicas": str(in_sync), "unclean.leader.election.enable": "false"}
    large = {"max.message.bytes": str(requirements.largest_message)}
    configs = {name: durable | _kept(options.retention) for name in requirements.inbound} | {
        requirements.order_updated: durable | large | {"cleanup.policy": "compact"},
        requirements.dead_letters: durable | large | _kept(options.dead_letters_retention),
    }
    return [
        Topic(name, partitions, copies, config)
        for name, config in configs.items()
        if name not in cluster.topics
    ]


def _kept(milliseconds: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(milliseconds),
        "retention.bytes": str(FOREVER),
    }


def _shorter(one: int, other: int) -> bool:
    return one != FOREVER and (other == FOREVER or one < other)
