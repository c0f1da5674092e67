"""The store that the settings name."""

import warnings

from order_projector.adapters.mongo.store import MongoStore, connect
from order_projector.settings import ConfigurationError, Settings, variable


def configured_store(settings: Settings) -> MongoStore:
    """The store in the database of these settings. Nothing is sent yet.

    Raises `ConfigurationError` for a URI that makes no sense, names a file that is not there, or
    has an option that the driver would only warn of and ignore: it could be the one for TLS.
    """
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
