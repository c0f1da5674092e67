"""Concise constructors of carts for tests of the domain."""

from dataclasses import dataclass
from typing import Any

from order_projector.domain.cart import Cart, Contribution, Line
from order_projector.domain.discounts import InvalidDiscount, ValidDiscount, price
from order_projector.domain.redeemables import Discount, Redeemable, UnitOff


def line(price: int, quantity: int = 1, product: str = "prod", sku: str | None = None) -> Line:
    """Return a priced line of a product or of one of its SKUs."""
    return Line(quantity, price * quantity, price, product_id=product, sku_id=sku)


def lines(*prices: int) -> tuple[Line, ...]:
    """Return one line of one unit for each price, of products A, B, C and so on."""
    return tuple(line(price, product=chr(ord("A") + nth)) for nth, price in enumerate(prices))


def contribution(redeemable: Redeemable | None, cart: Cart) -> Contribution:
    """Return what a valid redemption contributes."""
    match price(redeemable, cart):
        case ValidDiscount(contribution=contributed):
            return contributed
        case InvalidDiscount(reason):
            raise AssertionError(reason)


def reason(redeemable: Redeemable | None, cart: Cart) -> str:
    """Return why a redemption is invalid."""
    match price(redeemable, cart):
        case ValidDiscount():
            raise AssertionError(f"{redeemable} is valid")
        case InvalidDiscount(said):
            return said


def redeem(cart: Cart, *redeemables: Redeemable) -> Cart:
    """Return the same cart, after the redemptions in the given order."""
    for redeemable in redeemables:
        cart.apply(contribution(redeemable, cart))
    return cart


def off_order(redeemable: Redeemable, cart: Cart) -> int:
    """Return the order-level discount of a redemption; fail if it has an item-level one."""
    contributed = contribution(redeemable, cart)
    assert contributed.items_discount == 0
    return contributed.order_discount


def off_lines(redeemable: Redeemable, cart: Cart) -> list[int]:
    """Return each line's discount from a redemption; fail if it contributes anything else."""
    contributed = contribution(redeemable, cart)
    assert contributed.order_discount == 0
    assert contributed.lines == ()
    found = map(cart.find, contributed.keys)
    discounts = {id(entry): cents for entry, cents in zip(found, contributed.cents, strict=True)}
    return [discounts.get(id(entry), 0) for entry in cart.lines]


@dataclass(frozen=True)
class Shown:
    """The served figures of a line; None for the amount of an unpriced product."""

    quantity: int
    initial: int
    discounted: int
    amount: int | None
    discount: int


def shown(cart: Cart) -> list[Shown]:
    return [
        Shown(
            entry.quantity,
            entry.line.quantity,
            entry.discount_quantity,
            entry.amount,
            entry.discount_amount,
        )
        for entry in cart.lines
    ]


def units(effect: str | None, unit_off: int, unit_type: str = "prod", **named: Any) -> Discount:
    """Return a discount of one kind of free unit."""
    return Discount("UNIT", effect, units=(UnitOff(unit_off, unit_type, None, **named),))
