"""The clock port of the projection: it says when an order is written, and decides nothing."""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Returns the wall time, with its zone. Called once a write; it neither waits nor raises."""

    def __call__(self) -> datetime: ...


def milliseconds(moment: datetime) -> int:
    """Return the milliseconds since the epoch, cut off."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
