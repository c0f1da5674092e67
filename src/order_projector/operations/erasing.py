"""Erase orders, by an event of the log: `order.erased`."""

from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import sha256

import orjson

from order_projector.adapters.kafka.producer.publisher import Message
from order_projector.domain.clock import format_time
from order_projector.domain.details import EventDetails
from order_projector.domain.facts import Fact
from order_projector.projection import codec
from order_projector.projection.names.stored import NameRecord
from order_projector.projection.ports import ProjectionState, Unusable
from order_projector.projection.scanning import OrderScan, ScannedOrder
from order_projector.projection.stored_facts import facts_by_identity
from order_projector.settings import Settings


def erasure_message(settings: Settings, order_id: str, reason: str, now: int) -> Message:
    """Return the event that erases an order; its id is the same each time, as it is final.

    It holds no personal data: the reason must not, either.
    """
    event = {
        "id": f"evt_erase_{sha256(order_id.encode()).hexdigest()[:32]}",
        "type": "order.erased",
        "created_at": format_time(now),
        "data": {"order": {"id": order_id}, "reason": reason},
    }
    return Message(settings.redemptions_topic, order_id.encode(), orjson.dumps(event), ())


async def orders_of_customer(
    scan: OrderScan, customer: str, progress: Callable[[int], None]
) -> AsyncIterator[ScannedOrder]:
    """Yield every order of which any fact named the customer, by id or by source id.

    Every document is read: an order that the customer has left since is served without them. One
    whose document cannot be read is yielded as well, as it may be theirs; so is
    one that was erased before, because its dead letters may have come since. What came by a source
    id is erased with the order that owns it.
    """
    async for scanned in scan.after(None):
        progress(1)
        match scanned.state:
            case Unusable():
                yield scanned
            case ProjectionState(name=NameRecord(is_order=False)):
                pass  # its owner holds the same facts
            case state if state.erased or names_customer(state, customer):
                yield scanned


def names_customer(state: ProjectionState, customer: str) -> bool:
    """Whether any fact names the customer, or cannot be read."""
    quoted = orjson.dumps(customer).decode()
    for name, fact in facts_by_identity(state):
        if quoted not in fact.text and customer.isascii():
            continue  # cheap, and right for the ids that there are
        try:
            found = codec.load(name, fact.text)
        except codec.UnreadableFact:
            return True
        if customer in _customers(found):
            return True
    return False


def _customers(fact: Fact) -> Iterator[str]:
    for field in ("details", "afterwards"):
        details = getattr(fact, field, None)
        if isinstance(details, EventDetails):
            for name in (details.customer_id, details.customer_source_id):
                if name is not None:
                    yield name
