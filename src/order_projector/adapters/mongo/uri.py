"""Parts of a MongoDB URI that the store overrides."""

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
"""Options that the store sets itself, for its guarantees or from a setting of its own."""

_SYNONYMS: Final = {"j": "journal"}


def overridden(uri: str, database: str) -> tuple[str, ...]:
    """Return what has no effect in a URI: options that the store sets, and another database.

    Only names are returned, which are safe to show; a value may be secret.
    """
    place, _, query = uri.partition("?")
    path = unquote(_after_login(place).partition("/")[2])
    given = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    given = {_SYNONYMS.get(name, name) for name in given}
    names = [name for name in OVERRIDDEN if name.lower() in given]
    if path and path != database:
        names.append("the database in its path")
    return tuple(names)


def hosts(uri: str) -> str:
    """Return the addresses in a URI, without its login."""
    return _after_login(uri.partition("?")[0]).partition("/")[0]


def _after_login(place: str) -> str:
    return place.partition("://")[2].rpartition("@")[2]
