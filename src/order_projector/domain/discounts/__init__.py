"""What one redemption takes off an order, priced from its discount definition.

`price` reads the cart as the earlier redemptions left it. It returns the contribution, already
capped by what is left of each line and of the order, or the reason why the discount is invalid. It
never changes the cart.
"""

from order_projector.domain.discounts.pricing import price
from order_projector.domain.discounts.result import InvalidDiscount, PricingResult, ValidDiscount

__all__ = ["InvalidDiscount", "PricingResult", "ValidDiscount", "price"]
