"""The Kafka adapter: the worker and the operators' commands use FastStream and aiokafka by it."""

from order_projector.adapters.kafka.connection.diagnosis import at_startup
from order_projector.adapters.kafka.consumer.broker import ResilientBroker
from order_projector.adapters.kafka.consumer.offsets import Offsets, OffsetWatch
from order_projector.adapters.kafka.consumer.shutdown import ShutdownBudget
from order_projector.adapters.kafka.consumer.subscription import build_broker
from order_projector.adapters.kafka.producer.inbound import KafkaEvents
from order_projector.adapters.kafka.producer.outbound import KafkaAnnouncer, KafkaDeadLetters
from order_projector.adapters.kafka.producer.publisher import Publisher, producer_options

__all__ = [
    "KafkaAnnouncer",
    "KafkaDeadLetters",
    "KafkaEvents",
    "OffsetWatch",
    "Offsets",
    "Publisher",
    "ResilientBroker",
    "ShutdownBudget",
    "at_startup",
    "build_broker",
    "producer_options",
]
