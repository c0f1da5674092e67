"""What the rollback of one element takes off a request whose order states all discounts together.

The last element contributes what all have applied. How much of it was another one's shows only when
that is rolled back: it is what the rollback's calculated order no longer holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from order_projector.domain.cart import Cart, Contribution, LineContribution
from order_projector.domain.contribution import by_column
from order_projector.domain.details import Counted, EventDetails
from order_projector.domain.index import Key
from order_projector.domain.money import part_of
from order_projector.domain.order import OrderState


def release(order: OrderState, teller: str, details: EventDetails) -> bool:
    """Leave of what the redemption `teller` applied only what the calculated order still holds.

    What is carried is held as before. Returns whether anything was taken off.
    """
    whole, cart = order.applied.get(teller, ()), order.cart
    still = _Held(cart, details)
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
    _listed: Cart = field(init=False)
    _counted: dict[int, Counted] = field(init=False)

    def __post_init__(self) -> None:
        self._listed = Cart.of(self.details.items or ())
        self._counted = {stated.place: stated for stated in self.details.counted or ()}

    def left_of(self, contribution: Contribution) -> Contribution:
        totals = self.details.totals
        if totals is None:
            return contribution
        excess = self.cart.order_discounts - totals.discount_amount
        of_order = contribution.order_discount - _within(excess, contribution.order_discount)
        if not totals.names_items:
            return replace(contribution, order_discount=of_order)
        return by_column(of_order, tuple(self._lines_left(contribution)))

    def _lines_left(self, contribution: Contribution) -> Iterator[LineContribution]:
        plain = zip(contribution.keys, contribution.cents, strict=True)
        for line in (
            *(LineContribution(key, cents, calculated=True) for key, cents in plain),
            *contribution.lines,
        ):
            left = self._line_left(line)
            if left == line or left.discount or left.quantity or left.discount_quantity:
                yield left

    def _line_left(self, line: LineContribution) -> LineContribution:
        entry = self.cart.find(line.key)
        if entry is None:
            return line
        stated, known = self._stated(line.key), entry.totals
        units = _within(known.covered - (stated.discount_quantity or 0), line.discount_quantity)
        added = _within(units, line.quantity)
        return line._replace(
            discount=line.discount
            - _within(known.discount - (stated.discount_amount or 0), line.discount),
            quantity=line.quantity - added,
            amount=line.amount - (part_of(line.amount, added, line.quantity) if added else 0),
            discount_quantity=line.discount_quantity - units,
        )

    def _stated(self, key: Key) -> Counted:
        entry = self._listed.find(key)
        return _NOTHING if entry is None else self._counted.get(entry.place, _NOTHING)


_NOTHING = Counted(0)


def _within(excess: int, applied: int) -> int:
    """Return the part of an excess that can be taken off."""
    return min(max(0, excess), max(0, applied))
