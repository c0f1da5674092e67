"""Pricing by the kind of redeemable."""

from order_projector.domain.cart import Cart
from order_projector.domain.discounts.credits import spend_credits, spend_points
from order_projector.domain.discounts.money_off import amount_off, new_price, percent_off
from order_projector.domain.discounts.result import InvalidDiscount, PricingResult, quoted
from order_projector.domain.discounts.units import units_off
from order_projector.domain.redeemables import Discount, Gift, Points, Redeemable


def price(redeemable: Redeemable | None, cart: Cart) -> PricingResult:
    """Price a redemption against the cart as the earlier redemptions left it."""
    match redeemable:
        case None:
            return InvalidDiscount("the redemption has no discount, gift or loyalty points")
        case Discount():
            return _discount(redeemable, cart)
        case Gift():
            return spend_credits(redeemable, cart)
        case Points():
            return spend_points(redeemable, cart)


def _discount(discount: Discount, cart: Cart) -> PricingResult:
    match discount.type:
        case "AMOUNT":
            return amount_off(discount, cart)
        case "PERCENT":
            return percent_off(discount, cart)
        case "FIXED":
            return new_price(discount, cart)
        case "UNIT":
            return units_off(discount, cart)
        case None:
            return InvalidDiscount("discount.type is missing")
        case unknown:
            return InvalidDiscount(f"discount.type {quoted(unknown)} is unknown")
