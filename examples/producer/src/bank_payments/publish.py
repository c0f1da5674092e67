"""Publish entries to Kafka."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from bank_payments.events import record
from bank_payments.statement import Entry


@dataclass(frozen=True, slots=True)
class Target:
    """Where payments are published."""

    bootstrap_servers: str
    topic: str = "payments"


async def publish(target: Target, entries: Iterable[Entry]) -> int:
    """Publish the entries; once all in-sync replicas have them, return their number.

    If it fails, publish the whole statement again: entries that were published before change
    nothing.
    """
    async with AIOKafkaProducer(
        bootstrap_servers=target.bootstrap_servers, acks="all", linger_ms=5
    ) as producer:
        sent = []
        for key, value in map(record, entries):
            sent.append(await producer.send(target.topic, value, key=key))
        await asyncio.gather(*sent)
    return len(sent)
