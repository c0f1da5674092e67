"""The store that the settings name."""

import warnings
from typing import Final

from order_projector.adapters.mongo.store import MongoStore, connect
from order_projector.settings import ConfigurationError, Settings, variable

MOST_BYTES: Final = 63
"""The longest name of a database."""

_FORBIDDEN: Final = frozenset(' ."$/\\\x00')


def configured_store(settings: Settings) -> MongoStore:
    """The store in the database of these settings. Nothing is sent yet.

    Raises `ConfigurationError` for a name that MongoDB gives to no database; for a URI that makes
    no sense, names a file that is not there, or has an option that the driver would only warn of
    and ignore: it could be the one for TLS.
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
            )
    except Exception as error:  # the driver has many kinds, and no common one
        reason = settings.mask(" ".join(str(error).split()))
        raise ConfigurationError(f"{variable('mongodb_uri')}: {reason}") from None


def _check_name(database: str) -> None:
    name = variable("mongodb_database")
    if found := _FORBIDDEN.intersection(database):
        characters = ", ".join(map(repr, sorted(found)))
        raise ConfigurationError(f"{name}: no database of MongoDB has {characters} in its name")
    if len(database.encode()) > MOST_BYTES:
        raise ConfigurationError(f"{name}: longer than {MOST_BYTES} bytes, which is MongoDB's most")
