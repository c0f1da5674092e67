"""Writes of orders: an event is checked, published, and waited for until it is folded."""

import asyncio
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from order_projector.api.errors import ApiError, Key, gone, invalid_payload, unavailable
from order_projector.api.events import OrderEvent, check_depth, too_large
from order_projector.api.idempotency import ALPHABET, RequestKey
from order_projector.api.timing import WriteTimes
from order_projector.domain.served import project_order
from order_projector.domain.source_ids import order_id_from
from order_projector.events.outcome import Accepted
from order_projector.projection import codec, document
from order_projector.projection.api_jobs import FirstTry, KeyStore
from order_projector.projection.folding import Compute, at_once, size
from order_projector.projection.known_facts import holds
from order_projector.projection.long_orders.loading import StateReader, load_complete
from order_projector.projection.ports import (
    Announcement,
    Coordinates,
    ProjectionState,
    StoredOrder,
    Unavailable,
    Unusable,
    UnusableReason,
)
from order_projector.projection.publishing import EventPublisher, EventTooLarge, OutgoingEvent
from order_projector.projection.reading import OrderReader
from order_projector.projection.session import Changed, InboundEvent, Violated, decide
from order_projector.projection.stored import ErasedOrder

ON_LOOP: Final = 65_536
FIRST_PAUSE: Final = 0.005
LONGEST_PAUSE: Final = 0.05
"""Seconds between two looks for an event that is not folded yet."""
SHORTEST_LOOK: Final = 0.5
"""Seconds that the database has for the last look, however little of the wait is left."""

_NOWHERE: Final = Coordinates("", 0, 2**62)
"""The place of an event that is in no log yet."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which order is written: ``order_id`` is where its events are folded.

    ``name`` is what the event says of it: an id, or a source id alone. ``stored`` is the order as
    it was found, None for a new one.
    """

    order_id: str
    name: Mapping[str, str]
    stored: StoredOrder | None = None

    @property
    def order(self) -> Mapping[str, Any] | None:
        """The order as it was found, None for a new one."""
        return None if self.stored is None else self.stored.order


@dataclass(frozen=True, slots=True)
class Write:
    """A draft for an order; ``key`` if the client may send it again.

    ``event_id`` and ``at`` are those of the event, where they are decided already.
    """

    target: Target
    draft: Mapping[str, Any]
    key: RequestKey | None = None
    event_id: str | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A write that the order can take in: its event, and the order that it will be."""

    target: Target
    fact: str
    event: OutgoingEvent
    order: Mapping[str, Any]
    at: int


@dataclass(frozen=True, slots=True)
class Pending:
    """A write that was published and is not folded yet, with the order that it will be."""

    target: Target
    order: Mapping[str, Any]


def new_target() -> Target:
    """Return the target of a new order, which gets an id."""
    order_id = "ord_" + "".join(secrets.choice(ALPHABET) for _ in range(24))
    return Target(order_id, {"id": order_id})


def by_id(order_id: str) -> Target:
    """Return the target of an order that is not stored yet, by its id."""
    return Target(order_id, {"id": order_id})


def by_source_id(source_id: str) -> Target:
    """Return the target of an order that nothing but its source id names."""
    return Target(order_id_from(source_id), {"source_id": source_id})


def of_stored(stored: StoredOrder) -> Target:
    """Return the target of a stored order."""
    return Target(stored.order_id, {"id": stored.order_id}, stored)


class StoredOrders(StateReader, Protocol):
    """The part of an `OrderStore` that reads orders and their states."""

    async def stored(self, order_ids: Collection[str]) -> Sequence[Announcement]:
        """Return the orders exactly as stored, including the key order."""


@dataclass(frozen=True, slots=True)
class OrderWriter:
    """Writes orders by publishing events; ``wait`` is how many seconds it waits for the fold."""

    store: StoredOrders
    reader: OrderReader
    publisher: EventPublisher
    keys: KeyStore
    times: WriteTimes
    wait: float
    compute: Compute = at_once

    async def write(self, write: Write) -> StoredOrder | Pending:
        """Publish a write and return the order in which it is folded, or will be.

        Raises `ApiError` for what the order cannot take in, and `Unavailable`.
        """
        prepared = await self.prepare(write)
        if isinstance(prepared, StoredOrder):
            return prepared
        await self.publish(prepared)
        return await self._folded(prepared)

    async def check_key(self, key: RequestKey | None) -> None:
        """Raise `ApiError` if the key came with another request before."""
        if key is None:
            return
        first = await self.keys.first_try(key.name)
        if first is not None and first.fingerprint != key.fingerprint:
            raise reused()

    async def bind_key(self, key: RequestKey | None, order_id: str) -> None:
        """Use a key up for a request that publishes nothing. Raises `ApiError` as `check_key`."""
        if key is not None:
            await self._remembered(key, self.times.next(order_id, None), "order.updated")

    async def holds(self, order_id: str, key: RequestKey | None) -> bool:
        """Whether the order holds the event of the write with that key already."""
        if key is None:
            return False
        return await self.reader.holding(order_id, f"event {key.event_id}") is not None

    async def prepare(self, write: Write) -> Prepared | StoredOrder:
        """Return what to publish, or the order if it holds the event already."""
        target = write.target
        state = await self._state(target.order_id)
        event_id = write.event_id or _event_id(write.key)
        fact = f"event {event_id}"
        if state is not None and holds(state, fact):
            await self.check_key(write.key)  # it may be younger than the first look at it
            return await self._stored(target.order_id)
        first = await self._first_try(write, state)
        event = OrderEvent(first.type, event_id, first.at, {**target.name, **write.draft})
        accepted, outgoing = event.checked(), event.outgoing()
        will_be = await self._decided(target.order_id, state, accepted)
        return Prepared(target, fact, outgoing, will_be, first.at)

    async def publish(self, prepared: Prepared) -> None:
        """Publish the event; return when all in-sync replicas have it."""
        try:
            await self.publisher.publish(prepared.event)
        except EventTooLarge:
            raise too_large() from None

    async def _state(self, order_id: str) -> ProjectionState | None:
        match (await load_complete(self.store, [order_id])).get(order_id):
            case Unusable(reason=UnusableReason.NEWER_LAYOUT):
                raise unavailable()
            case Unusable(message=message):
                raise invalid_payload(f"The order cannot be written: {message}")
            case ProjectionState(erased=True):
                raise gone(order_id)
            case state:
                return state

    async def _stored(self, order_id: str) -> StoredOrder:
        match await self.store.stored([order_id]):
            case [StoredOrder() as stored]:
                return stored
            case _:
                raise gone(order_id)

    async def _first_try(self, write: Write, state: ProjectionState | None) -> FirstTry:
        """Return the time and the type of the event: those of the first try with its key."""
        event_type = "order.created" if state is None else "order.updated"
        try:
            at = write.at or self.times.next(write.target.order_id, state)
        except codec.UnreadableFact:
            raise unavailable() from None
        if write.key is None:
            return FirstTry("", at, event_type)
        return await self._remembered(write.key, at, event_type)

    async def _remembered(self, key: RequestKey, at: int, event_type: str) -> FirstTry:
        remembered = await self.keys.remember(key.name, FirstTry(key.fingerprint, at, event_type))
        if remembered.fingerprint != key.fingerprint:
            raise reused()
        return remembered

    async def _decided(
        self, order_id: str, state: ProjectionState | None, accepted: Accepted
    ) -> Mapping[str, Any]:
        """Return the order with the event. Raises `ApiError` if the order cannot take it in."""
        event = InboundEvent(
            _NOWHERE,
            accepted.type,
            accepted.event,
            accepted.facts,
            source_id=accepted.source_id,
            claim=accepted.claim,
        )
        compute = at_once if size(state, [event]) <= ON_LOOP else self.compute
        decision = await compute(lambda: decide(order_id, state, [event], project_order))
        match decision:
            case Changed(write=write) if document.MERGED_INTO not in write.order:
                if reason := await compute(lambda: document.why_unstorable(write)):
                    raise invalid_payload(reason)
                return write.order
            case Violated(violations=violations):
                raise invalid_payload("; ".join(violations))
            case Unusable(message=message):
                raise invalid_payload(f"The order cannot be written: {message}")
            case _:
                raise invalid_payload("The order cannot be written")

    async def _folded(self, prepared: Prepared) -> StoredOrder | Pending:
        """Wait for the worker, as long as it may take."""
        with_pauses, order_id = FIRST_PAUSE, prepared.target.order_id
        loop = asyncio.get_running_loop()
        end = loop.time() + self.wait
        while True:
            try:
                async with asyncio.timeout_at(max(end, loop.time() + SHORTEST_LOOK)):
                    found = await self.reader.holding(order_id, prepared.fact)
                match found:
                    case StoredOrder() as stored:
                        return stored
                    case ErasedOrder():
                        raise gone(order_id)
            except (Unavailable, TimeoutError):
                pass  # it is published: what is not known is only whether it is folded
            if loop.time() >= end:
                return Pending(prepared.target, prepared.order)
            await asyncio.sleep(min(with_pauses, max(0.0, end - loop.time())))
            with_pauses = min(LONGEST_PAUSE, 1.5 * with_pauses)


def _event_id(key: RequestKey | None) -> str:
    return key.event_id if key else f"evt_api_{secrets.token_hex(16)}"


def check(draft: Mapping[str, Any]) -> None:
    """Raise `ApiError` if an event of the draft would be a dead letter, whatever its order."""
    OrderEvent("order.updated", "evt_api_", 0, {"id": "ord_", **draft}).checked()
    check_depth(draft)


def reused() -> ApiError:
    """Return the error for an idempotency key that came with another request."""
    return ApiError(Key.IDEMPOTENCY_KEY_REUSED, "The Idempotency-Key came with another request")
