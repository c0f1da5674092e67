"""The fold: the one function from the set of an order's facts to its state.

It is pure: it depends on no clock, no settings, and not on how or when the facts arrived.
"""

from collections.abc import Iterable

from order_projector.domain.facts import Fact
from order_projector.domain.order import OrderState
from order_projector.domain.steps import take_step
from order_projector.domain.timeline import Step, timeline
from order_projector.domain.transitions import Observer


def fold(facts: Iterable[Fact]) -> OrderState:
    """Fold a set of facts into the state of their order."""
    order = OrderState()
    for step in timeline(facts):
        advance(order, step)
    return order


def advance(order: OrderState, step: Step, observer: Observer | None = None) -> None:
    """Apply one step of the timeline, reporting each transition to `observer` after it is made."""
    take_step(order, step, observer)
