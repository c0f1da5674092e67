"""What a MongoDB URI says and the store decides otherwise."""

from typing import Final
from urllib.parse import parse_qsl, unquote

OVERRIDDEN: Final = (
    "appName",
    "connectTimeoutMS",
    "journal",
    "readConcernLevel",
    "readPreference",
    "retryReads",
    "retryWrites",
    "serverSelectionTimeoutMS",
    "socketTimeoutMS",
    "w",
    "waitQueueTimeoutMS",
    "wTimeoutMS",
)
"""Options that the store sets itself: its guarantees rest on them, or a setting of its own does."""

_SYNONYMS: Final = {"j": "journal"}


def overridden(uri: str, database: str) -> tuple[str, ...]:
    """What of a URI has no effect: options that the store sets, and another database in its path.

    Each is named as it may be shown; a value could be anything, and is not.
    """
    place, _, query = uri.partition("?")
    path = unquote(place.partition("://")[2].rpartition("@")[2].partition("/")[2])
    given = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    given = {_SYNONYMS.get(name, name) for name in given}
    names = [name for name in OVERRIDDEN if name.lower() in given]
    if path and path != database:
        names.append("the database in its path")
    return tuple(names)
