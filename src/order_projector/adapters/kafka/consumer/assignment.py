"""One assignment of partitions to this worker, and how far it has come in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord, TopicPartition

from order_projector.adapters.kafka.consumer.progress import PartitionProgress
from order_projector.projection.ports import Partition

OffsetMap = dict[TopicPartition, int]


@dataclass(slots=True)
class PartitionBackoff:
    """Back-off of a partition that cannot be read: failed attempts, and when to retry."""

    attempts: int = 0
    retry_at: float = 0.0


@dataclass(slots=True, eq=False)
class Assignment:
    """What is known between the assignment of partitions and their revocation, and no longer.

    The group revokes all partitions in every rebalance, so what was read under one assignment is
    read again under the next one. ``is_open`` is False if nothing is assigned: then no batch is
    accepted and nothing is committed. Two assignments are never equal.
    """

    is_open: bool = True
    processed: OffsetMap = field(default_factory=dict)
    """Offsets after the processed batches."""
    checked: OffsetMap = field(default_factory=dict)
    """Offsets after the batches whose announcements are checked as well."""
    committed: OffsetMap = field(default_factory=dict)
    """Offsets that the broker has accepted."""
    commit_requested_at: float = 0.0
    backoffs: dict[TopicPartition, PartitionBackoff] = field(default_factory=dict)
    """The partitions that cannot be read."""
    poll_errors: int = 0
    """Errors since a partition could be read."""
    progress: dict[TopicPartition, PartitionProgress] = field(default_factory=dict)
    """How far the group has come, by partition that was read or that the brokers reported."""

    def progress_of(self, partition: TopicPartition) -> PartitionProgress:
        """Return the partition's progress, new if nothing is known of it yet."""
        return self.progress.setdefault(partition, PartitionProgress())

    def record_processed(
        self, batch: Sequence[ConsumerRecord], withheld: Collection[Partition]
    ) -> None:
        """Note that a batch was processed, except the records of the withheld partitions."""
        for raw in batch:
            if (raw.topic, raw.partition) not in withheld:
                self.processed[TopicPartition(raw.topic, raw.partition)] = raw.offset + 1

    def uncommitted(self, unfinished: Mapping[Partition, int]) -> OffsetMap:
        """Return the uncommitted offsets below which all records are done and checked.

        `unfinished` are the lowest offsets of records that are not done although their batch is.
        """
        done = {
            at: min(offset, unfinished.get((at.topic, at.partition), offset))
            for at, offset in self.checked.items()
        }
        return {at: offset for at, offset in done.items() if offset != self.committed.get(at)}

    def forget_processed(self) -> None:
        """Commit nothing of what was processed so far: another worker owns the partitions."""
        self.processed.clear()
        self.checked.clear()


def unassigned() -> Assignment:
    """Return the state of a worker without partitions."""
    return Assignment(is_open=False)
