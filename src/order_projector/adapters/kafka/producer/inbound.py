"""Publish inbound events: to the topic of their type, keyed by the order that they name."""

from dataclasses import dataclass

from order_projector.adapters.kafka.producer.publisher import Message, Publisher
from order_projector.projection.ports import Unavailable
from order_projector.projection.publishing import EventTooLarge, OutgoingEvent


@dataclass(frozen=True, slots=True)
class KafkaEvents:
    """An `EventPublisher`."""

    publisher: Publisher
    redemptions_topic: str
    payments_topic: str

    async def publish(self, event: OutgoingEvent) -> None:
        """Publish an event; return when all in-sync replicas have it."""
        is_payment = event.type.startswith("payment.")
        topic = self.payments_topic if is_payment else self.redemptions_topic
        key = None if event.order_id is None else event.order_id.encode()
        oversized = await self.publisher.publish([Message(topic, key, event.value, ())])
        if oversized:
            raise EventTooLarge

    async def ping(self) -> None:
        """Return when the broker answers, and has the topics."""
        missing = {self.redemptions_topic, self.payments_topic}.difference(
            await self.publisher.topics()
        )
        if missing:
            raise Unavailable(f"missing topics: {', '.join(sorted(missing))}")
