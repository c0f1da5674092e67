"""The port for publishing inbound events on behalf of a sender."""

from dataclasses import dataclass
from typing import Protocol


class EventTooLarge(Exception):
    """An event that the broker cannot take, whatever its state."""


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """An event to publish: its canonical type, the order it names if it names one, its value."""

    type: str
    order_id: str | None
    value: bytes


class EventPublisher(Protocol):
    """Publishes events to the topic of their type."""

    async def publish(self, event: OutgoingEvent) -> None:
        """Publish it; return when all in-sync replicas have it.

        Raises `EventTooLarge`, and `Unavailable` if it may or may not have been published.
        """

    async def ping(self) -> None:
        """Return when the broker answers, or raise `Unavailable`."""
