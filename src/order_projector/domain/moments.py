"""An order as it was at a moment of its timeline."""

from collections.abc import Mapping
from typing import Any

from order_projector.domain.facts import Fact
from order_projector.domain.fold import advance
from order_projector.domain.order import OrderState
from order_projector.domain.served import serve
from order_projector.domain.timeline import timeline
from order_projector.domain.voids import effective


def order_at(order_id: str, facts: Mapping[str, Fact], moment: int) -> dict[str, Any] | None:
    """Return the served order of what happened at or before a moment, in milliseconds.

    What is void by any of the facts is void at every moment. None before the first event.
    """
    steps = [step for step in timeline(effective(facts).values()) if step.at <= moment]
    if not steps:
        return None
    order = OrderState()
    for step in steps:
        advance(order, step)
    return serve(order_id, order)
