"""Take an event of an order back, by an event of the log: `event.voided`."""

import time
from collections.abc import Callable, Collection, Mapping
from uuid import uuid4

import orjson

from order_projector.adapters.kafka.producer.publisher import Message
from order_projector.adapters.kafka.reading import LogReader
from order_projector.domain.clock import format_time
from order_projector.domain.facts import Fact, Void, identity
from order_projector.domain.voids import effective
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from order_projector.projection.ports import Partition
from order_projector.settings import Settings


class NotVoidable(Exception):
    """There is nothing to take back; the message says why."""


def check_voidable(facts: Mapping[str, Fact], event_id: str) -> None:
    """Raise `NotVoidable` if the event is void already."""
    counting = effective(facts)
    if any(fact.event.id == event_id for fact in counting.values()):
        return
    if any(fact.event.id == event_id for fact in facts.values()):
        by = [it for it in counting.values() if isinstance(it, Void) and it.voids == event_id]
        named = f" by {by[0].event.id}" if by else ""
        raise NotVoidable(f"{event_id} is void already{named}")


def has_fact_of(facts: Mapping[str, Fact], event_id: str) -> bool:
    """Whether a fact of the order is this event's."""
    return any(fact.event.id == event_id for fact in facts.values())


def void_message(
    settings: Settings, order_id: str, facts: Mapping[str, Fact], event_id: str, reason: str
) -> tuple[str, Message]:
    """Return the id of the voiding event and its message.

    It is later than the event that it voids: only then it can void a voiding one.
    """
    voided = max(fact.event.created_at for fact in facts.values() if fact.event.id == event_id)
    created_at = max(round(time.time() * 1_000), voided + 1)
    void_id = f"evt_void_{uuid4().hex}"
    event = {
        "id": void_id,
        "type": "event.voided",
        "created_at": format_time(created_at),
        "data": {"order": {"id": order_id}, "voids": event_id, "reason": reason},
    }
    value = orjson.dumps(event)
    return void_id, Message(settings.redemptions_topic, order_id.encode(), value, ())


async def losing_copies(
    reader: LogReader,
    partitions: list[Partition],
    order_ids: Collection[str],
    facts: Mapping[str, Fact],
    event_id: str,
    progress: Callable[[int], None],
) -> Mapping[str, str]:
    """Return, by identity, which event counts for the copies that came with an event of the log.

    ``order_ids`` are the order's id and those derived from its source ids. An order does not keep
    copies that lost: the inbound topics are read for the event, as far as they reach back. Raises
    `Unavailable`.
    """
    found: dict[str, str] = {}
    named = event_id.encode()
    async for record in reader.read(await reader.spans(partitions)):
        progress(1)
        is_named = record.value is not None and named in record.value
        if not is_named and not any(value == named for _, value in record.headers):
            continue
        outcome = decode(record.value, record.headers)
        if (
            isinstance(outcome, Accepted)
            and outcome.order_id in order_ids
            and outcome.event.id == event_id
        ):
            for fact in outcome.facts:
                if (winner := facts.get(identity(fact))) is not None:
                    found[identity(fact)] = winner.event.id
    return found
