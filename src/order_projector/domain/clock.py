"""Times as the contract writes them: milliseconds since the epoch inside, ISO 8601 UTC outside.

Only text and integers are converted here; nothing in the domain asks what time it is.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_DATE_AND_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d(:?\d\d)?)?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_time(text: str) -> int:
    """Milliseconds since the epoch; digits beyond the third are cut, no offset means UTC.

    Raises ValueError where the text is no ISO 8601 date and time between the years 1 and 9999.
    """
    if _DATE_AND_TIME.fullmatch(text) is None:
        raise ValueError("not an ISO 8601 date and time")
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - _EPOCH
    millis = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    if moment.year in (1, 9999):
        format_time(millis)
    return millis


@lru_cache(maxsize=8192)
def format_time(millis: int) -> str:
    """ISO 8601 UTC with three fraction digits. Raises ValueError outside of the years 1 to 9999."""
    try:
        moment = _EPOCH + timedelta(milliseconds=millis)
    except OverflowError as error:
        raise ValueError("outside of the years 1 to 9999") from error
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"
