"""Conversion of times: milliseconds since the epoch inside, ISO 8601 UTC in events and orders.

Nothing in the domain reads the clock, so that a fold depends on its facts alone.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_DATE_AND_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d(:?[0-5]\d)?)?",
    re.ASCII,
)
"""From Python 3.14 on, `datetime` takes the hour 24, and two workers must read the same time."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_time(text: str) -> int:
    """Parse a time into milliseconds since the epoch.

    Digits beyond the third are truncated; a time without an offset is UTC. Raises ValueError
    unless the text is an ISO 8601 date and time between the years 1 and 9999.
    """
    if _DATE_AND_TIME.fullmatch(text) is None:
        raise ValueError("not an ISO 8601 date and time")
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - _EPOCH
    millis = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    if moment.year in (1, 9999):  # the offset may move it out of range in UTC
        format_time(millis)
    return millis


def format_moment(moment: datetime) -> str:
    """Format as orders and records show a time: in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=8192)
def format_time(millis: int) -> str:
    """Format as ISO 8601 UTC, to the millisecond. Raises ValueError outside the years 1 to 9999."""
    try:
        moment = _EPOCH + timedelta(milliseconds=millis)
    except OverflowError as error:
        raise ValueError("outside of the years 1 to 9999") from error
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"
