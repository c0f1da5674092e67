"""A running worker with its broker and database, in containers or as local processes."""

from typing import Protocol

__all__ = ["NotReady", "Running"]


class Running(Protocol):
    """The addresses and the log that a test needs."""

    @property
    def bootstrap_servers(self) -> str:
        """The address for Kafka clients."""

    @property
    def mongodb_uri(self) -> str:
        """The URI for MongoDB clients; the orders are in the database ``orders``."""

    @property
    def http_url(self) -> str:
        """The URL of the worker's health, metrics and docs."""

    def logs(self) -> str:
        """Return what the worker has logged so far."""


class NotReady(RuntimeError):
    """The worker was not ready in time; the message ends with the last lines of the logs."""


def tail(log: str, lines: int = 40) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.splitlines()[-lines:])
