"""What metrics observe of the worker."""

from collections.abc import Collection
from typing import Protocol


class ObservedWorker(Protocol):
    """What the gauges read from the worker's state."""

    @property
    def partitions(self) -> Collection[object]:
        """The partitions assigned to this worker."""

    def idle_for(self) -> float:
        """Return the seconds since the last progress."""
