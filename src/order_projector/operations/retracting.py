"""Void an event and erase orders, from the settings to the audit record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from order_projector.adapters.kafka.producer.publisher import Message
from order_projector.adapters.kafka.reading import partitions_of, reading
from order_projector.adapters.mongo import MongoStore
from order_projector.adapters.mongo.audit import MongoAudit
from order_projector.adapters.mongo.scanning import MongoScan
from order_projector.domain.facts import Fact
from order_projector.domain.source_ids import order_id_from
from order_projector.operations.audit import AuditEntry, current_operator, record, recorded
from order_projector.operations.dead_letters.desk import letter_desk
from order_projector.operations.dead_letters.letters import Letter
from order_projector.operations.dead_letters.naming import letters_that_name
from order_projector.operations.erasing import erasure_message, orders_of_customer
from order_projector.operations.names import order_of_id_or_source_id
from order_projector.operations.services import database, producer
from order_projector.operations.voiding import (
    NotVoidable,
    check_voidable,
    has_fact_of,
    losing_copies,
    void_message,
)
from order_projector.projection import codec
from order_projector.projection.long_orders.loading import load_complete
from order_projector.projection.names.view import as_joined
from order_projector.projection.ports import ProjectionState, Unavailable, Unusable
from order_projector.projection.scanning import ScannedOrder
from order_projector.projection.stored import ErasedOrder
from order_projector.settings import Settings

Progress = Callable[[int], None]


async def publish_void(
    settings: Settings, name: str, event_id: str, reason: str, progress: Progress
) -> str:
    """Publish the voiding event of an order's event; return its id.

    Raises `NotVoidable` and `Unavailable`.
    """
    inbound = await partitions_of(settings, "redemptions_topic", "payments_topic")
    async with database(settings) as store:
        order_id, facts, names = await _known(store, name)
        if not has_fact_of(facts, event_id):
            async with reading(settings) as reader:
                lost = await losing_copies(reader, inbound, names, facts, event_id, progress)
            raise NotVoidable(_nothing_to_void(order_id, event_id, lost))
        check_voidable(facts, event_id)
        void_id, message = void_message(settings, order_id, facts, event_id, reason)
        what = {"order": order_id, "voids": event_id, "event": void_id}
        await _publish(settings, store, [message], AuditEntry("void", what, reason))
    return void_id


async def _known(store: MongoStore, name: str) -> tuple[str, Mapping[str, Fact], frozenset[str]]:
    """Return the order's id, its facts, and the ids by which its events may name it."""
    found = await order_of_id_or_source_id(store.reader(), name)
    order_id = name if found is None else found.order_id
    state = (await load_complete(store, [order_id])).get(order_id) if found is not None else None
    match state:
        case None:
            raise NotVoidable(f"there is no order {name!r:.300}")
        case Unusable(message=message):
            raise NotVoidable(f"order {order_id!r:.300} cannot be read: {message}")
        case _ if isinstance(found, ErasedOrder):
            raise NotVoidable(f"order {order_id!r:.300} was erased")
    try:
        facts = as_joined(state).facts
    except codec.UnreadableFact as error:
        raise NotVoidable(f"order {order_id!r:.300} cannot be read: it {error}") from None
    return order_id, facts, frozenset((order_id, *map(order_id_from, state.imports)))


def _nothing_to_void(order_id: str, event_id: str, lost: Mapping[str, str]) -> str:
    if not lost:
        return f"order {order_id!r:.300} has no fact from {event_id!r:.300}"
    counting = ", ".join(f"{winner} ({identity})" for identity, winner in lost.items())
    return (
        f"order {order_id!r:.300} has only copies that lost from {event_id!r:.300}: "
        f"{counting} counts"
    )


async def publish_erasures(
    settings: Settings,
    name: str | None,
    customer: str | None,
    reason: str,
    now: int,
    progress: Progress,
) -> tuple[Sequence[str], Sequence[Letter], Sequence[str]]:
    """Publish the erasure of an order, or of all that name a customer.

    Returns the ids of the erased orders, the open dead letters that name these, the customer or any
    order that was erased before, and the orders that cannot be read and may name the customer.
    To repeat it is safe, and lists what a run that died has not. Raises `Unavailable`.
    """
    async with letter_desk(settings) as desk:
        store = desk.store
        found = await _named(store, name, customer, progress)
        messages = [erasure_message(settings, each, reason, now) for each in found.to_erase]
        if messages:
            what = {"orders": len(found.to_erase), "ids": ", ".join(found.to_erase[:20])}
            await _publish(settings, store, messages, AuditEntry("erase", what, reason))
        letters = await letters_that_name(desk, found.names, progress)
    return found.to_erase, letters, found.unreadable


@dataclass(slots=True)
class _Found:
    """The orders to erase, those that cannot be read, and the names that dead letters have."""

    names: set[str]
    to_erase: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def erase(self, scanned: ScannedOrder) -> None:
        """Note an order to be erased."""
        self.to_erase.append(scanned.order_id)
        self.names |= {scanned.order_id, str(scanned.served.get("source_id") or "")}


async def _named(
    store: MongoStore, name: str | None, customer: str | None, progress: Progress
) -> _Found:
    scan = MongoScan(store.database)
    if name is not None:
        order = await order_of_id_or_source_id(store.reader(), name)
        found = _Found({name})
        for scanned in await scan.some([order.order_id if order else name]):
            found.erase(scanned)
        return found
    found = _Found({customer or ""})
    async for scanned in orders_of_customer(scan, customer or "", progress):
        match scanned.state:
            case Unusable():
                found.unreadable.append(scanned.order_id)
            case ProjectionState(erased=True):
                found.names.add(scanned.order_id)
            case _:
                found.erase(scanned)
    return found


async def _publish(
    settings: Settings, store: MongoStore, messages: Sequence[Message], entry: AuditEntry
) -> None:
    """Publish, and record it: also what may have been published without an acknowledgement."""
    unacknowledged = len(messages)

    def done() -> AuditEntry:
        if not unacknowledged:
            return entry
        return replace(entry, what={**entry.what, "unacknowledged": unacknowledged})

    async with producer(settings) as publisher, recorded(done, partial(_audit, store)):
        if await publisher.publish(messages):
            raise Unavailable("it refuses the event as too large")
        unacknowledged = 0


async def _audit(store: MongoStore, entry: AuditEntry) -> None:
    await record(entry, MongoAudit(store.database), current_operator())
