"""Timestamps in the formats that senders use."""

from datetime import UTC, datetime, timedelta, timezone
from random import Random

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
OPENING = 1_772_355_600_000
"""When the first order is created: 2026-03-01T09:00:00Z, in milliseconds."""


def stamp(at: int) -> str:
    """Format a time in UTC with three fraction digits."""
    return _in_utc(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp_in_any_format(at: int, rng: Random) -> str:
    """Format a time in one of the formats that senders use."""
    match rng.randrange(6):
        case 0:
            return _in_utc(at).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case 1:
            return _in_utc(at).isoformat(timespec="milliseconds")
        case 2:
            return _in_utc(at).replace(tzinfo=None).isoformat(timespec="milliseconds")
        case 3:
            local = timezone(timedelta(hours=5, minutes=30))
            return _in_utc(at).astimezone(local).isoformat(timespec="milliseconds")
        case 4:
            return stamp(at).replace("Z", "999Z")  # cut, not rounded
        case _:
            return stamp(at)


def _in_utc(at: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)
