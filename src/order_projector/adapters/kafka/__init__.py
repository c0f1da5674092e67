"""The Kafka adapter: the only package that uses FastStream's broker and aiokafka."""

from order_projector.adapters.kafka.broker import ResilientBroker
from order_projector.adapters.kafka.offsets import Offsets, OffsetWatch
from order_projector.adapters.kafka.outbound import KafkaAnnouncer, KafkaDeadLetters
from order_projector.adapters.kafka.publisher import Publisher, producer_options
from order_projector.adapters.kafka.subscription import build_broker

__all__ = [
    "KafkaAnnouncer",
    "KafkaDeadLetters",
    "OffsetWatch",
    "Offsets",
    "Publisher",
    "ResilientBroker",
    "build_broker",
    "producer_options",
]
