"""What a flawless worker leaves behind, as a basis for testing the comparison."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any

from order_projector.adapters.kafka.producer.outbound import KafkaAnnouncer, KafkaDeadLetters
from order_projector.adapters.kafka.producer.publisher import Message
from order_projector.adapters.memory import MemoryStore
from order_projector.domain.served import project_order
from order_projector.domain.source_ids import order_id_from
from order_projector.events.decode import decode
from order_projector.projection.batch import Projector
from order_projector.projection.document import compose
from order_projector.projection.metrics import NullMetrics
from order_projector.projection.ports import Coordinates, OrderWrite, ProjectionState, Record
from order_projector.workload.stream import Sent, StreamRecord
from tests.faults.evidence import Evidence, Logged, announcement, letter
from tests.support.stored import noon


@dataclass(frozen=True, slots=True)
class Outbox:
    """A publisher that collects the messages."""

    messages: list[Message] = field(default_factory=list)

    async def publish(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Collect the messages."""
        self.messages.extend(messages)
        return ()

    def published(self, topic: str, count: int) -> None:
        """Count nothing."""

    def unpublished(self, topic: str, key: str, size: int) -> None:
        """Ignore the failure."""


async def left_behind_by(records: Sequence[StreamRecord]) -> Evidence:
    """Process the records one at a time; return what a flawless worker leaves behind."""
    store, out = MemoryStore(), Outbox()
    projector = Projector(
        store,
        KafkaAnnouncer(out, out, "updated", "test"),
        KafkaDeadLetters(out, out, "letters"),
        decode=decode,
        fold=project_order,
        metrics=NullMetrics(),
        random=Random(),
        clock=noon,
    )
    evidence = Evidence([])
    acknowledged = list[Sent]()
    for offset, each in enumerate(records):
        at = Coordinates(each.topic, 0, offset)
        await projector.process([Record(at, each.key, each.value, each.headers)])
        place = (each.topic, 0, offset)
        acknowledged.append(Sent(each, place))
        evidence.log[place] = Logged(each.key, each.value, each.headers)
    evidence.acknowledged = acknowledged
    await _keep(evidence, store, out)
    return evidence


async def _keep(evidence: Evidence, store: MemoryStore, out: Outbox) -> None:
    orders = {stored.order_id: stored.order for stored in store.all()}
    names = {(each.key or b"").decode() for each in out.messages if each.topic == "updated"}
    for kept in (await store.load(sorted(names))).values():
        assert isinstance(kept, ProjectionState), kept
        names |= {order_id_from(claim.source_id) for claim in kept.claims}
    documents = {}
    for order_id, kept in (await store.load(sorted(names))).items():
        assert isinstance(kept, ProjectionState), kept
        order = orders.get(order_id, {})
        if kept.name is not None and not kept.name.is_order:
            order = {"merged_into": kept.name.owner_id}
        documents[order_id] = compose(OrderWrite(order_id, None, order, kept))
    evidence.documents = documents
    for message in out.messages:
        record: Any = SimpleNamespace(
            key=message.key,
            value=message.value,
            headers=message.headers,
            partition=0,
            timestamp=0,
        )
        if message.topic == "updated":
            order_id, revision = announcement(record)
            evidence.announced.setdefault(order_id, []).append(revision)
        else:
            evidence.dead_letters.append(letter(record))
