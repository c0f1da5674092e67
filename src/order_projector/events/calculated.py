"""An order that its sender calculated: what this redemption applied, taken at its word."""

from order_projector.domain.facts import Given
from order_projector.events.order import Order


def given(order: Order | None) -> Given | None:
    """What a calculated order says that this redemption applied; None where it is priced here."""
    if order is None or not order.is_calculated:
        return None
    return Given(order.applied_discount_amount or 0)
