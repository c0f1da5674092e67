"""Work that outlives its batch, as the consumer sees it."""

from collections.abc import Mapping
from typing import Protocol

from order_projector.projection.ports import Partition


class UnfinishedWork(Protocol):
    """Work that outlives its batch: slow orders, see `projection.slow_orders`."""

    def is_empty(self) -> bool: ...
    def has_failed(self) -> bool: ...
    def unfinished(self) -> Mapping[Partition, int]: ...
    async def drained(self) -> None: ...
    def cancel(self) -> None: ...
    def forget(self) -> None: ...


class NoUnfinishedWork:
    """For a projection that finishes everything within the batch."""

    def is_empty(self) -> bool:
        """Return True."""
        return True

    def has_failed(self) -> bool:
        """Return False."""
        return False

    def unfinished(self) -> Mapping[Partition, int]:
        """Return no offsets."""
        return {}

    async def drained(self) -> None:
        """Return at once."""

    def cancel(self) -> None:
        """Do nothing."""

    def forget(self) -> None:
        """Do nothing."""
