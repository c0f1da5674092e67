"""What the shop sends by mistake and takes back in the log itself."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from order_projector.workload import payloads
from order_projector.workload.order_builder import OrderBuilder
from order_projector.workload.timestamps import MINUTE, SECOND

_VOIDED = "event.voided"


def take_back(builder: OrderBuilder, mistake: Callable[[], object]) -> None:
    """Make a mistake, and void each of its events: it is as if it had never been made.

    Some of the events arrive long after those that void them.
    """
    before = deepcopy((builder.basket, builder.requests, builder.payments))
    known, first = builder.known, len(builder.steps)
    mistake()
    builder.basket, builder.requests, builder.payments = before
    builder.known = known
    late = builder.rng.random() < 0.4
    for event_id in _named(builder, first, late=late):
        _void(builder, event_id)


def take_back_and_restore(builder: OrderBuilder, act: Callable[[], object]) -> None:
    """Do something, void each of its events, and void the voiding events: it counts after all."""
    first = len(builder.steps)
    act()
    done = _named(builder, first, late=False)
    second = len(builder.steps)
    for event_id in done:
        _void(builder, event_id)
    for event_id in _named(builder, second, late=builder.rng.random() < 0.4):
        _void(builder, event_id)


def void_nothing(builder: OrderBuilder) -> None:
    """Void an event that this order never had."""
    _void(builder, builder.new_id("evt"))


def send_another_basket(builder: OrderBuilder) -> None:
    """Send a snapshot of the order with more of everything, and as canceled."""
    for line in builder.basket.lines:
        line.bought += 2
    builder.basket.stated += 500 * (not builder.basket.lines)
    builder.snapshot("order.canceled", "CANCELED")


def _named(builder: OrderBuilder, first: int, *, late: bool) -> list[str]:
    """Give each step from this one on an event id of its own, and return these."""
    named = [
        replace(step, event_id=builder.new_id("evt"), late=late) for step in builder.steps[first:]
    ]
    builder.steps[first:] = named
    return [step.event_id for step in named if step.event_id]


def _void(builder: OrderBuilder, event_id: str) -> None:
    builder.advance(2 * SECOND, 5 * MINUTE)
    builder.emit(_VOIDED, payloads.void(builder.head, event_id))
