"""The options of a client of the database."""

from typing import Any


def client_options(timeout: float) -> dict[str, Any]:
    """Return the client options that the store requires; ``timeout`` is in seconds."""
    milliseconds = int(timeout * 1000)
    return {
        "appname": "order-projector",
        "w": "majority",
        "journal": True,
        "wTimeoutMS": milliseconds,
        "readConcernLevel": "majority",
        "readPreference": "primary",
        "retryWrites": True,
        "retryReads": True,
        "connectTimeoutMS": milliseconds,
        "socketTimeoutMS": milliseconds,
        "serverSelectionTimeoutMS": milliseconds,
        "waitQueueTimeoutMS": milliseconds,
    }
