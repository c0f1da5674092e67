"""What a redemption contributes to a cart: taken at its sender's word, or priced here."""

from dataclasses import dataclass
from typing import Final

from order_projector.domain.cart import Cart, CartLine, Contribution, Share
from order_projector.domain.discounts import Applied, Invalid, price
from order_projector.domain.facts import GivenLine, Redemption, Stack

GIVEN: Final = "as the sender calculated it"

_NOTHING: Final = Contribution()


@dataclass(frozen=True, slots=True)
class Contributed:
    """A contribution and its rule; ``invalid`` says why a discount applies nothing."""

    contribution: Contribution
    rule: str
    invalid: str | None = None


def contributed(fact: Redemption | Stack, cart: Cart) -> Contributed:
    """What one redemption (or a stack as a whole) adds to the cart as the earlier ones left it."""
    if fact.given is not None:
        shares = tuple(_share(line, cart) for line in fact.given.lines)
        return Contributed(Contribution(fact.given.applied_discount_amount, shares), GIVEN)
    if isinstance(fact, Stack):
        return Contributed(_NOTHING, GIVEN)
    match price(fact.redeemable, cart):
        case Applied(contribution=contribution, rule=rule):
            return Contributed(contribution, rule)
        case Invalid(reason=reason):
            return Contributed(_NOTHING, "none", reason)


def _share(given: GivenLine, cart: Cart) -> Share:
    """One line of a calculated order, less what earlier redemptions have already brought to it."""
    entry = cart.find(given.line, given.occurrence)
    covered = entry.covered_quantity if entry else 0
    newly_covered = given.applied_discount_quantity
    if newly_covered is None:
        newly_covered = max(0, given.discount_quantity - covered)
    quantity = _units(given, entry, newly_covered)
    return Share(
        line=given.line,
        occurrence=given.occurrence,
        discount=given.applied_discount_amount,
        quantity=quantity,
        amount=_added_amount(given, entry, quantity),
        discount_quantity=newly_covered,
        counts_units=given.initial_quantity is not None and bool(quantity or newly_covered),
        brings=given.initial_quantity == 0 and quantity > 0,
    )


def _units(given: GivenLine, entry: CartLine | None, newly_covered: int) -> int:
    """Units that this redemption added (or, below zero, replaced)."""
    if given.applied_quantity is not None:
        return given.applied_quantity
    if given.initial_quantity is None or given.quantity is None:
        return 0
    change = given.quantity - given.initial_quantity
    own = change - (entry.added_quantity if entry else 0)
    if change < 0:
        return min(0, own)
    return max(0, own) if change or newly_covered else 0


def _added_amount(given: GivenLine, entry: CartLine | None, quantity: int) -> int:
    if given.applied_quantity_amount is not None:
        return given.applied_quantity_amount
    price = given.line.price if given.line.price is not None else _price(entry)
    return quantity * (price or 0)


def _price(entry: CartLine | None) -> int | None:
    return entry.line.price if entry else None
