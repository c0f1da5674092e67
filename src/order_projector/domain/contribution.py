"""What a redemption contributes to a cart: as its sender calculated it, or as priced here."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from order_projector.domain.arithmetic import Workings
from order_projector.domain.bounds import Capacity
from order_projector.domain.cart import Cart, Contribution, LineContribution
from order_projector.domain.details import CalculatedDiscount
from order_projector.domain.discounts import InvalidDiscount, ValidDiscount, price
from order_projector.domain.facts import Redemption

AS_CALCULATED: Final = "as the sender calculated it"

_NOTHING: Final = Contribution()


@dataclass(frozen=True, slots=True)
class Contributed:
    """A contribution and its rule; ``invalid`` is the reason if the discount is invalid.

    ``wanted`` is what a definition and its own limits say in cents, None where that is not known.
    ``is_bounded`` is true if a bound of the order took something from it. ``workings`` says how a
    discount priced here came about; it is called before the discount is applied, or not at all.
    """

    contribution: Contribution
    rule: str
    invalid: str | None = None
    wanted: int | None = None
    is_bounded: bool = False
    workings: Workings | None = field(default=None, compare=False, repr=False)

    @property
    def discount(self) -> int:
        """What is taken off, at the order level and line by line."""
        return self.contribution.order_discount + self.contribution.items_discount


def priced(fact: Redemption, cart: Cart) -> Contributed:
    """Price a redemption against the cart as the earlier ones left it."""
    if cart.amount is None and not cart.lines:
        return Contributed(_NOTHING, "none", "nothing is known of the order yet")
    match price(fact.redeemable, cart):
        case ValidDiscount(contribution, rule, wanted, is_bounded, workings):
            return Contributed(
                contribution, rule, wanted=wanted, is_bounded=is_bounded, workings=workings
            )
        case InvalidDiscount(reason=reason):
            return Contributed(_NOTHING, "none", reason)


def calculated(
    calculated_discount: CalculatedDiscount,
    line_contributions: Iterable[LineContribution],
    cart: Cart,
) -> Contributed:
    """Return what a calculated redemption adds to the cart, line by line within the bounds."""
    asked = tuple(line_contributions)
    admitted = asked and tuple(within_bounds(asked, cart))
    return Contributed(
        by_column(calculated_discount.applied_discount_amount, admitted),
        AS_CALCULATED,
        is_bounded=len(admitted) < len(asked),
    )


def by_column(order_discount: int, lines: Collection[LineContribution]) -> Contribution:
    """Return a contribution whose lines are kept by column where they change no units."""
    if not lines:
        return Contribution(order_discount) if order_discount else _NOTHING
    plain: list[LineContribution] = []
    others: list[LineContribution] = []
    for line in lines:
        units = line.quantity or line.amount or line.discount_quantity or line.counts_units
        (others if units else plain).append(line)
    return Contribution(
        order_discount,
        tuple(others),
        tuple(line.key for line in plain),
        tuple(line.discount for line in plain),
    )


def within_bounds(
    line_contributions: Iterable[LineContribution], cart: Cart
) -> Iterator[LineContribution]:
    """Drop the contributions that would exceed a bound; those of other lines are kept."""
    capacity: Capacity | None = None
    for line_contribution in line_contributions:
        if line_contribution.quantity > 0 or line_contribution.amount > 0:
            capacity = capacity or Capacity.of(cart)
            if not capacity.admit(((line_contribution, cart.find(line_contribution.key)),)):
                continue
        yield line_contribution
