"""What the rollback of one element takes off a request whose order states all discounts together.

The last element contributes what all have applied. How much of it was another one's shows only when
that is rolled back: it is what the rollback's calculated order no longer holds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from order_projector.domain.cart import Cart, CartLine, Contribution, LineContribution
from order_projector.domain.details import CalculatedTotals, Counted, EventDetails
from order_projector.domain.index import Key
from order_projector.domain.lines import have_same_names
from order_projector.domain.money import part_of
from order_projector.domain.order import OrderState


def release(order: OrderState, teller: str, details: EventDetails) -> bool:
    """Leave of what the redemption `teller` applied only what the calculated order still holds.

    What is carried is held as before. Returns whether anything was taken off.
    """
    whole, cart, totals = order.applied.get(teller, ()), order.cart, details.totals
    if totals is None or not any(whole):
        return False
    still = _Held(cart, details, totals)
    left = tuple(map(still.left_of, whole))
    if left == whole:
        return False
    for contribution in whole:
        cart.revert(contribution, teller)
    for contribution in left:
        cart.apply(contribution, teller)
    order.applied[teller] = left
    return True


@dataclass(slots=True)
class _Held:
    """What a calculated order still holds, compared with a cart that may hold more."""

    cart: Cart
    details: EventDetails
    totals: CalculatedTotals
    _stated: Callable[[Key, CartLine], Counted] = field(init=False)

    def __post_init__(self) -> None:
        self._stated = _by_line(self.cart, self.details)

    def left_of(self, contribution: Contribution) -> Contribution:
        """Return what is left of a contribution."""
        excess = self.cart.order_discounts - self.totals.discount_amount
        of_order = contribution.order_discount - _within(excess, contribution.order_discount)
        if not self.totals.names_items:
            return replace(contribution, order_discount=of_order)
        left = map(self._line_left, contribution.lines)
        return Contribution(
            of_order,
            tuple(line for line in left if line is not None),
            contribution.keys,
            tuple(map(self._discount_left, contribution.keys, contribution.cents)),
        )

    def _discount_left(self, key: Key, applied: int) -> int:
        entry = self.cart.find(key)
        if entry is None:
            return applied
        stated = self._stated(key, entry).discount_amount or 0
        return applied - _within(entry.totals.discount - stated, applied)

    def _line_left(self, line: LineContribution) -> LineContribution | None:
        """Return what is left of a line whose units the redemption changed; None if nothing is."""
        entry = self.cart.find(line.key)
        if entry is None:
            return line
        covered = self._stated(line.key, entry).discount_quantity or 0
        units = _within(entry.totals.covered - covered, line.discount_quantity)
        added = _within(units, line.quantity)
        left = line._replace(
            discount=self._discount_left(line.key, line.discount),
            quantity=line.quantity - added,
            amount=line.amount - (part_of(line.amount, added, line.quantity) if added else 0),
            discount_quantity=line.discount_quantity - units,
        )
        is_left = left == line or left.discount or left.quantity or left.discount_quantity
        return left if is_left else None


def _by_line(cart: Cart, details: EventDetails) -> Callable[[Key, CartLine], Counted]:
    """Return a function from a line of the cart to what the order states about it."""
    items, counted = details.items or (), {it.place: it for it in details.counted or ()}
    lines = [entry.line for entry in cart.lines]
    if len(items) <= len(lines) and all(map(have_same_names, items, lines)):
        same = {entry.place: counted.get(nth) for nth, entry in enumerate(cart.lines)}
        return lambda _key, entry: same.get(entry.place) or _NOTHING
    listed = Cart.of(items)

    def stated(key: Key, _entry: CartLine) -> Counted:
        there = listed.find(key)
        return _NOTHING if there is None else counted.get(there.place, _NOTHING)

    return stated


_NOTHING: Final = Counted(0)


def _within(excess: int, applied: int) -> int:
    """Return the part of an excess that can be taken off."""
    return min(max(0, excess), max(0, applied))
