"""The steps of the consume loop, as ports: when they are called, and what they may do."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer

from order_projector.projection.ports import Partition


class Poll(Protocol):
    """Fetches the next batch of records; empty if none arrive in time.

    Called by FastStream's consume loop, again as soon as the previous batch is processed. It may
    wait for the poll timeout, and as long as a batch takes to finish what an abandoned one has
    left. `ConsumerStoppedError` ends the loop; it raises nothing else.
    """

    async def __call__(self, consumer: AIOKafkaConsumer, /) -> Sequence[Any]: ...


class CurrentConsumer(Protocol):
    """Returns the consumer, or None before the first one exists.

    Called whenever a consumer is needed, never kept: the broker replaces one that does not recover.
    Does not block and raises nothing.
    """

    def __call__(self) -> AIOKafkaConsumer | None: ...


class ForgetAssignment(Protocol):
    """Discards what is known of the revoked partitions: their next owner may change it.

    Called after the drain of each revocation, and again at each assignment. Does not block and
    raises nothing.
    """

    def __call__(self) -> None: ...


class Withheld(Protocol):
    """Returns the partitions of the last batch whose offsets must not be committed.

    Called once after each processed batch, before its offsets are committed. Does not block and
    raises nothing.
    """

    def __call__(self) -> Collection[Partition]: ...
