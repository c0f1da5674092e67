"""Recorded computations of Voucherify, and how a test reproduces one.

Each case has the cart and the definitions from one published response, and the figures that the
response shows after each redeemable.
"""

from dataclasses import dataclass

from order_projector.domain.cart import Cart
from order_projector.domain.redeemables import Redeemable
from tests.support.carts import redeem

ITEMS = "APPLY_TO_ITEMS"
ORDER = "APPLY_TO_ORDER"


@dataclass(frozen=True)
class After:
    """An order's figures after one redeemable."""

    amount: int
    discount: int
    items_discount: int
    total: int


def after(cart: Cart) -> After:
    return After(
        cart.amount or 0,
        cart.discount_amount,
        cart.items_discount_amount,
        cart.total_amount or 0,
    )


Case = tuple[str, Cart, list[tuple[Redeemable, After]]]


def reproduce(cart: Cart, steps: list[tuple[Redeemable, After]]) -> None:
    """Apply the redeemables to a copy of the cart; compare the figures after each."""
    cart = cart.copy()
    for redeemable, expected in steps:
        redeem(cart, redeemable)
        assert after(cart) == expected
