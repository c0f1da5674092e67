"""The cost of pricing one redemption here: a cart of four lines, and discounts of every kind."""

import time
from statistics import mean

from order_projector.domain.cart import Cart, Line
from order_projector.domain.discounts import ValidDiscount, price
from order_projector.domain.redeemables import Discount, DiscountTarget, Gift, Redeemable, UnitOff

_ROUNDS = 500
_PRODUCTS = ("mug", "cup", "pen", "pot")
_NAMED = tuple(
    DiscountTarget("product", name, effect="APPLY_FROM_CHEAPEST") for name in _PRODUCTS[:3]
)
_REDEEMABLES: tuple[Redeemable, ...] = (
    Discount("PERCENT", "APPLY_TO_ORDER", percent_off="10", amount_limit=3_000),
    Discount("PERCENT", "APPLY_TO_ITEMS", percent_off="12.5", applicable_to=_NAMED),
    Discount("AMOUNT", "APPLY_TO_ORDER", amount_off=500),
    Discount("AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY", amount_off=700, applicable_to=_NAMED),
    Discount("FIXED", "APPLY_TO_ORDER", fixed_amount=9_000),
    Discount(
        "UNIT", "ADD_NEW_ITEMS", units=(UnitOff(1, "bag", None, {"id": "bag", "price": 300}),)
    ),
    Discount("UNIT", "ADD_MISSING_ITEMS", units=(UnitOff(2, "cup"),)),
    Gift(1_000),
)


def priced() -> float:
    """Return the mean microseconds for a redemption, from its definition to the changed cart."""
    lines = [
        Line(nth + 1, 1_000 * (nth + 1), 1_000, product_id=name)
        for nth, name in enumerate(_PRODUCTS)
    ]
    return mean(_once(lines, redeemable) for redeemable in _REDEEMABLES)


def _once(lines: list[Line], redeemable: Redeemable) -> float:
    carts = [Cart.of(lines) for _ in range(_ROUNDS)]
    begun = time.perf_counter()
    for cart in carts:
        outcome = price(redeemable, cart)
        if not isinstance(outcome, ValidDiscount):
            raise TypeError(f"a benchmark's discount must be valid: {outcome}")
        cart.apply(outcome.contribution)
    return (time.perf_counter() - begun) / _ROUNDS * 1_000_000
