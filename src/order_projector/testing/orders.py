"""Events of the order itself, and the order details that any event can carry."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypedDict, Unpack

from order_projector.testing import checks
from order_projector.testing.checks import (
    Json,
    cents,
    identifier,
    known,
    one_of,
    present,
    text_in,
)
from order_projector.testing.event import Event, Stamp, after, an_event, build_event, usual
from order_projector.testing.items import Item

OrderStatus = Literal["CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED"]

STATUSES: Final = ("CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED")


class Details(TypedDict, total=False):
    """Order details that an event can carry; ``amount`` is for an order without items."""

    items: Sequence[Item]
    amount: int
    status: OrderStatus
    source_id: str
    customer: str
    referrer: str
    metadata: Mapping[str, Any]


class EventOptions(Details, Stamp, total=False):
    """Order details that an event can carry, and the event's time and id."""


def order_object(order_id: str, details: Mapping[str, Any]) -> Json:
    """Return the ``order`` of an event. Raises TypeError or ValueError naming what is wrong."""
    status, amount = details.get("status"), details.get("amount")
    customer, referrer = details.get("customer"), details.get("referrer")
    items, metadata = details.get("items") or (), details.get("metadata")
    lines = checks.all_made("items", items, Item, "item() or item_by_source()")
    return present(
        id=identifier("order_id", order_id),
        source_id=text_in(details, "source_id"),
        status=None if status is None else one_of("status", status, STATUSES),
        amount=None if amount is None else cents("amount", amount),
        items=[line.line for line in lines] or None,
        customer=None if customer is None else {"id": identifier("customer", customer)},
        referrer=None if referrer is None else {"id": identifier("referrer", referrer)},
        metadata=None if metadata is None else checks.metadata(metadata),
    )


def order_created(order_id: str, **details: Unpack[EventOptions]) -> Event:
    """Create an ``order.created`` event, usually the first event of its order."""
    return _snapshot("created", order_id, details, 0)


def order_updated(order_id: str, **details: Unpack[EventOptions]) -> Event:
    """Create an inbound ``order.updated`` event (not the one that the worker publishes)."""
    return _snapshot("updated", order_id, details, 7)


def order_paid(order_id: str, **details: Unpack[EventOptions]) -> Event:
    """Create an ``order.paid`` event: the order counts as paid, whatever its payments."""
    return _snapshot("paid", order_id, details, 7)


def order_processing(order_id: str, **details: Unpack[EventOptions]) -> Event:
    """Create an ``order.processing`` event."""
    return _snapshot("processing", order_id, details, 7)


def order_canceled(order_id: str, **details: Unpack[EventOptions]) -> Event:
    """Create an ``order.canceled`` event."""
    return _snapshot("canceled", order_id, details, 7)


def order_fulfilled(order_id: str, **details: Unpack[EventOptions]) -> Event:
    """Create an ``order.fulfilled`` event."""
    return _snapshot("fulfilled", order_id, details, 7)


class RetractionOptions(Stamp, total=False):
    """Why something is taken back, and the event's time and id."""

    reason: str


def event_voided(of: Event, **options: Unpack[RetractionOptions]) -> Event:
    """Create an ``event.voided`` event: what the event ``of`` says about its order does not count.

    By default it happens after that event, because only a later void takes back a void.
    Raises TypeError or ValueError naming what is wrong.
    """
    known(options, RetractionOptions.__annotations__, "event_voided")
    an_event("of", of)
    data = present(order={"id": of.order_id}, voids=of.id, reason=text_in(options, "reason"))
    time = max(usual(8), after(of.created_at, 1))
    return build_event("event.voided", of.order_id, data, options, time)


def order_erased(order_id: str, **options: Unpack[RetractionOptions]) -> Event:
    """Create an ``order.erased`` event: the order is gone for good.

    Raises TypeError or ValueError naming what is wrong.
    """
    known(options, RetractionOptions.__annotations__, "order_erased")
    data = present(order={"id": order_id}, reason=text_in(options, "reason"))
    return build_event("order.erased", order_id, data, options, usual(9))


def _snapshot(kind: str, order_id: str, details: EventOptions, minute: int) -> Event:
    known(details, EventOptions.__annotations__, f"order_{kind}")
    data = {"order": order_object(order_id, details)}
    return build_event(f"order.{kind}", order_id, data, details, usual(minute))
