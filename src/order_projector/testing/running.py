"""A running worker with its broker and database, in containers or as local processes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["NotReady", "OrderApi", "Running"]


@dataclass(frozen=True, slots=True)
class OrderApi:
    """A running `order-projector serve`, and a key that may read, write and export."""

    url: str
    """The base URL: orders are under ``/v1/orders``."""
    app_id: str
    token: str
    read_log: Callable[[], str] = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The headers with the key, which each request has to send."""
        return {"X-App-Id": self.app_id, "X-App-Token": self.token}

    def logs(self) -> str:
        """Return what the API has logged so far."""
        return self.read_log()


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

    def start_api(self) -> OrderApi:
        """Run `order-projector serve` next to the worker; return the same one when asked again."""


class NotReady(RuntimeError):
    """The worker or the API was not ready in time; the message ends with the end of the logs."""


def tail(log: str, lines: int = 40) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.splitlines()[-lines:])
