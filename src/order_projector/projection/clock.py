"""The clock port of the projection: it says when an order is written, and decides nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

Clock = Callable[[], datetime]
"""Returns the wall time."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """Return the milliseconds since the epoch, cut off."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
