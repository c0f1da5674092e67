"""What is taken back: one event of an order, or all that is known of it."""

from order_projector.domain.facts import Erasure, EventStamp, Void
from order_projector.events.fields import Id, WireModel
from order_projector.events.order import NamedOrder


class VoidData(WireModel):
    """``data`` of ``event.voided``; its order has a name and no details."""

    order: NamedOrder | None = None
    voids: Id


class ErasedOrder(WireModel):
    """An order that is erased, by its id only."""

    id: Id | None = None


class ErasureData(WireModel):
    """``data`` of ``order.erased``."""

    order: ErasedOrder | None = None


def void_fact(data: VoidData, event: EventStamp) -> Void:
    """Return the fact of an ``event.voided`` event."""
    return Void(event=event, at=event.created_at, voids=data.voids)


def erasure_fact(event: EventStamp) -> Erasure:
    """Return the fact of an ``order.erased`` event."""
    return Erasure(event=event, at=event.created_at)
