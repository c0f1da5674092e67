"""What one redemption takes off an order, priced from its discount definition.

`price` reads the cart as the earlier redemptions left it and answers with the contribution, already
capped by what each line and the order have left, or with the reason why the discount is invalid.
It never changes the cart.
"""

from order_projector.domain.discounts.pricing import price
from order_projector.domain.discounts.result import InvalidDiscount, PricingResult, ValidDiscount

__all__ = ["InvalidDiscount", "PricingResult", "ValidDiscount", "price"]
