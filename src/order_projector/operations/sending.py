"""Publish many messages, at a rate if one is given."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

from order_projector.adapters.kafka.producer.publisher import Message

AT_ONCE: Final = 500
"""Messages that are published and acknowledged together without a rate."""
EVERY: Final = 0.1
"""Seconds between two groups of messages with a rate."""


class Publishing(Protocol):
    """Publishes messages; returns the oversized ones. Raises `Unavailable`."""

    async def publish(self, messages: Sequence[Message]) -> Sequence[Message]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where a message comes from: a line of a file."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not sent, and why; the reason may hold a producer's text."""

    source: Source
    reason: str


Prepared = tuple[Source, Message] | Refused


@dataclass(slots=True)
class SendReport:
    """How many messages were acknowledged, by topic, and what was not sent.

    Those ``unacknowledged`` were handed to the producer, and may have been published.
    """

    sent: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    unacknowledged: int = 0


async def send(
    publisher: Publishing,
    prepared: Iterable[Prepared],
    rate: int | None,
    report: SendReport,
    progress: Callable[[int], None],
) -> None:
    """Publish what is prepared; ``rate`` is in messages a second.

    ``report`` says at any moment what is acknowledged by then. Raises `Unavailable`.
    """
    waiting, group = iter(prepared), AT_ONCE if rate is None else max(1, round(rate * EVERY))
    begun, due = time.monotonic(), 0.0
    while some := list(islice(waiting, group)):
        report.refused += (each for each in some if isinstance(each, Refused))
        messages = [each for each in some if not isinstance(each, Refused)]
        await _publish(publisher, messages, report)
        progress(len(some))
        if rate is not None:
            due += len(some) / rate
            await asyncio.sleep(max(0.0, begun + due - time.monotonic()))


async def _publish(
    publisher: Publishing, messages: Sequence[tuple[Source, Message]], report: SendReport
) -> None:
    if not messages:
        return
    report.unacknowledged += len(messages)
    oversized = {id(message) for message in await publisher.publish([it[1] for it in messages])}
    report.unacknowledged -= len(messages)
    for source, message in messages:
        if id(message) in oversized:
            size = len(message.value or b"")
            reason = f"its {size:,} bytes exceed the size limit of messages"
            report.refused.append(Refused(source, reason))
        else:
            report.sent[message.topic] += 1
