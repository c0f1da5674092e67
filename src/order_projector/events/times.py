"""Times as events give them: the same few are in many of their fields."""

from functools import lru_cache
from typing import Final

from order_projector.domain.clock import parse_time

_LONGEST: Final = len("2026-03-01T10:00:00.123456789+01:00")
"""The longest text whose time is kept: one with more digits is as valid, and may be of any size."""


def milliseconds(value: object) -> int:
    """Return a time in milliseconds since the epoch.

    Raises ValueError unless the value is a text that `parse_time` reads.
    """
    if not isinstance(value, str):
        raise ValueError("should be a text, an ISO 8601 date and time")
    return _kept(value) if len(value) <= _LONGEST else parse_time(value)


_kept = lru_cache(8192)(parse_time)
