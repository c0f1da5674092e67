"""How missing topics are made, so that `rules` finds nothing wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from order_projector.adapters.kafka.topics.model import FOREVER, Cluster, Needs, Topic

DEFAULT_PARTITIONS: Final = 6
ENOUGH_COPIES: Final = 3


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants of new topics; None leaves it to us. Times are in milliseconds."""

    partitions: int | None = None
    replication: int | None = None
    min_insync_replicas: int | None = None
    retention: int = 7 * 86_400_000
    dead_letters_retention: int = 28 * 86_400_000

    def __post_init__(self) -> None:
        """Raises `ValueError` for wishes that contradict each other."""
        if _shorter(self.dead_letters_retention, self.retention):
            raise ValueError("dead letters must not be kept shorter than the inbound topics")
        copies, least = self.replication, self.min_insync_replicas
        if copies is not None and least is not None and least > copies:
            raise ValueError(f"{least} replicas can never be in sync where there are {copies}")


def planned(needs: Needs, cluster: Cluster, wishes: Wishes) -> Sequence[Topic]:
    """The topics that are missing, as they should be made.

    Copies are three, or as many as there are brokers; all but one of them must be in sync.
    Partitions are as many as an inbound topic has that is there already: the two must be equal.
    """
    there = [cluster.topics[name].partitions for name in needs.inbound if name in cluster.topics]
    partitions = wishes.partitions or max(there, default=DEFAULT_PARTITIONS)
    copies = wishes.replication or max(1, min(ENOUGH_COPIES, cluster.brokers))
    in_sync = wishes.min_insync_replicas or max(1, copies - 1)
    durable = {"min.insync.replicas": str(in_sync), "unclean.leader.election.enable": "false"}
    large = {"max.message.bytes": str(needs.largest_message)}
    configs = {name: durable | _kept(wishes.retention) for name in needs.inbound} | {
        needs.order_updated: durable | large | {"cleanup.policy": "compact"},
        needs.dead_letters: durable | large | _kept(wishes.dead_letters_retention),
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
