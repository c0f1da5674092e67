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
    _check_name(settings.mongodb_database)
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


def _check_name(database: str) -> None:
    name = variable("mongodb_database")
    if found := _FORBIDDEN.intersection(database):
        characters = ", ".join(map(repr, sorted(found)))
        raise ConfigurationError(f"{name}: a database name in MongoDB cannot contain {characters}")
    if len(database.encode()) > MOST_BYTES:
        raise ConfigurationError(f"{name}: longer than {MOST_BYTES} bytes, the maximum in MongoDB")
