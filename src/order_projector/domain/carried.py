"""What is carried: discounts and units that calculated orders state beyond the known redemptions.

The first orders that a new deployment sees are in the middle of their life, and their senders state
cumulative numbers. What these say beyond the redemptions in force is kept like the contribution of
one more redemption, restated by every calculated order, and gone once the earlier events arrive.
"""

from collections.abc import Iterable, Iterator, Mapping

from order_projector.domain.cart import Cart, Contribution
from order_projector.domain.contribution import by_column, within_bounds
from order_projector.domain.details import CalculatedTotals, Counted, EventDetails
from order_projector.domain.index import Key
from order_projector.domain.lines import LineContribution
from order_projector.domain.order import CARRIED, Carried, OrderState


def withdraw(order: OrderState) -> None:
    """Take what is carried off the cart."""
    order.cart.revert(order.carried.contribution, CARRIED)
    order.carried = Carried()


def restate(
    order: OrderState,
    details: EventDetails,
    units: Mapping[int, LineContribution],
    source: tuple[str, str | None],
) -> bool:
    """Carry what a calculated order states beyond the redemptions in force.

    `units` are the carried units of its lines, by place; `source` is the event's id and redemption.
    Returns whether a bound took something from it.
    """
    totals = details.totals
    if totals is None:
        return False
    counted = (details.counted or ()) if totals.names_items else ()
    lines = tuple(_lines(order.cart, counted, units))
    admitted = lines and tuple(within_bounds(lines, order.cart))
    contribution = by_column(_at_order_level(order.cart, totals, counted), admitted)
    order.carried = Carried(contribution, *source)
    if contribution:
        order.cart.apply(contribution, CARRIED)
    return len(admitted) < len(lines)


def _at_order_level(cart: Cart, totals: CalculatedTotals, counted: Iterable[Counted]) -> int:
    """Return the carried part of the order's own discount.

    An order that names no items, or none of their discounts, may still state their sum.
    """
    carried = max(0, totals.discount_amount - cart.order_discounts)
    if not totals.items_discount_amount or any(stated.discount_amount for stated in counted):
        return carried
    return carried + max(0, totals.items_discount_amount - cart.lines_discount)


def _lines(
    cart: Cart, counted: tuple[Counted, ...], units: Mapping[int, LineContribution]
) -> Iterator[LineContribution]:
    for stated in counted:
        entry = cart.lines[stated.place]
        known = entry.totals
        discount = max(0, (stated.discount_amount or 0) - known.discount)
        covered = max(0, (stated.discount_quantity or 0) - known.covered)
        brought = units.get(stated.place)
        if not (discount or covered or brought):
            continue
        brought = brought or LineContribution(cart.key(entry), calculated=True)
        yield brought._replace(
            discount=discount,
            discount_quantity=covered,
            counts_units=stated.initial_quantity is not None,
        )


def is_shown(cart: Cart, contribution: Contribution) -> bool:
    """Whether anything of an applied contribution is in what is served, within all caps.

    Where discounts are capped, those of the other contributions come first.
    """
    if cart.discount_amount > cart.order_discounts - contribution.order_discount:
        return True
    discounts = zip(contribution.keys, contribution.cents, strict=True)
    return any(_is_shown(cart, key, cents) for key, cents in discounts) or any(
        _is_shown(cart, line.key, line.discount, line.quantity or line.discount_quantity)
        for line in contribution.lines
    )


def _is_shown(cart: Cart, key: Key, cents: int, units: int = 0) -> bool:
    entry = cart.find(key)
    if entry is None:
        return False
    return bool(units) or entry.discount_amount > entry.totals.discount - cents
