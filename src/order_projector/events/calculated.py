"""The order-level discount of a redemption in an order that its sender calculated."""

from order_projector.domain.details import CalculatedDiscount
from order_projector.events.order import Order


def calculated_discount(order: Order | None) -> CalculatedDiscount | None:
    """Return what this redemption applied to a calculated order, or None if it is priced here."""
    if order is None or not order.is_calculated:
        return None
    return CalculatedDiscount(order.applied_discount_amount or 0)
