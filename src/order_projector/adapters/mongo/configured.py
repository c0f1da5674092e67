"""The store, built from the settings."""

import warnings
from typing import Final

from order_projector.adapters.mongo.store import MongoStore, connect
from order_projector.adapters.mongo.writing import ObserveSize, ignore_size
from order_projector.settings import ConfigurationError, Settings, variable

MOST_BYTES: Final = 63
"""MongoDB's limit for the name of a database, in bytes."""

_FORBIDDEN: Final = frozenset(' ."$/\\\x00')


def configured_store(settings: Settings, observe: ObserveSize = ignore_size) -> MongoStore:
    """Return the store in the database of these settings. Nothing is sent yet.

    `observe` takes the size of each document that is written.

    Raises `ConfigurationError` for an invalid database name; and for a URI that is invalid, names
    a missing file, or has an option that the driver would ignore with only a warning: that option
    could be the one that enables TLS.
    """
    if reason := why_no_database(settings.mongodb_database):
        raise ConfigurationError(f"{variable('mongodb_database')}: {reason}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return connect(
                settings.mongodb_uri,
                settings.mongodb_database,
                driver=settings.mongodb_driver,
                timeout=settings.mongodb_timeout,
                observe=observe,
            )
    except Exception as error:  # the driver's errors have no common base class
        reason = settings.mask(" ".join(str(error).split()))
        raise ConfigurationError(f"{variable('mongodb_uri')}: {reason}") from None


def why_no_database(name: str) -> str | None:
    """Return why MongoDB has no database of this name; None if it can have one."""
    if not name:
        return "a database has a name"
    if found := _FORBIDDEN.intersection(name):
        return f"a database name in MongoDB cannot contain {', '.join(map(repr, sorted(found)))}"
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return "not UTF-8"
    return (
        f"longer than {MOST_BYTES} bytes, the maximum in MongoDB" if length > MOST_BYTES else None
    )
