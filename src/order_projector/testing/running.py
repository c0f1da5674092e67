"""A worker with its broker and its database, wherever they run."""

from typing import Protocol

__all__ = ["NotReady", "Running"]


class Running(Protocol):
    """Where a test finds them."""

    @property
    def bootstrap_servers(self) -> str:
        """Where Kafka clients connect."""

    @property
    def mongodb_uri(self) -> str:
        """Where MongoDB clients connect; the orders are in the database ``orders``."""

    @property
    def http_url(self) -> str:
        """Where health, metrics and docs of the worker are."""

    def logs(self) -> str:
        """What the worker has logged so far."""


class NotReady(RuntimeError):
    """The worker was not ready in time; the message ends with the last lines of the logs."""


def tail(log: str, lines: int = 40) -> str:
    """The last lines of a log."""
    return "\n".join(log.splitlines()[-lines:])
