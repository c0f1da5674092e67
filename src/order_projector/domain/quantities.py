"""Split the units of a calculated order, line by line, into the customer's and the redemptions'.

A sender lists what the order holds after its event: the customer's units, those that redemptions
have added and, for a redemption, those that it adds itself. Senders differ in the meaning of the
initial quantity: the customer's units, or what earlier redemptions left. The split depends only on
what is listed and on the redemptions in force. What lies between the customer's units and those of
the known redemptions is carried. After it, every line has the listed quantity, and rolling back all
redemptions leaves the customer's cart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from order_projector.domain.cart import Cart, CartLine, Line, LineContribution
from order_projector.domain.details import Counted, EventDetails
from order_projector.domain.limits import LARGEST_QUANTITY
from order_projector.domain.lines import Added
from order_projector.domain.listed import Listed, customers_amount, own_cost

Own = Callable[[Listed], int]
"""Returns how many units of a line the event itself adds (negative: removes)."""

_NOTHING_STATED: Final = Counted(0)


def of_no_redemption(_listed: Listed) -> int:
    """Return 0: the event is a snapshot, a rollback, or a request whose children were counted."""
    return 0


def of_the_redemption(listed: Listed) -> int:
    """Return the units that the redemption of a calculated order adds itself."""
    line, stated = listed.line, listed.stated
    if stated.applied_quantity is not None:
        return stated.applied_quantity
    if stated.initial_quantity is None:
        return 0
    change = line.quantity - stated.initial_quantity
    if change < 0:
        return change - listed.theirs.quantity
    if listed.is_untouched:
        return 0
    stored = listed.stored()
    if stated.initial_quantity == (stored.quantity if stored else 0) + listed.theirs.quantity:
        return change
    return max(0, change - listed.theirs.quantity)


@dataclass(frozen=True, slots=True)
class Split:
    """The units of an event's lines that are not the customer's, for the cart to apply.

    ``own`` is what the event itself contributes; ``carried``, by the line's place, are units of
    redemptions that are not known.
    """

    own: tuple[LineContribution, ...] = ()
    carried: Mapping[int, LineContribution] = field(default_factory=dict)


NO_UNITS: Final = Split()


def stored_lines(cart: Cart, details: EventDetails) -> EventDetails:
    """Return the details of a calculated order without the lines that are not stored.

    A line without units, of which no redemption has any, must not count among those of its name.
    """
    items = details.items or ()
    if details.counted is None or 0 not in [line.quantity for line in items]:
        return details
    counts = {stated.place for stated in details.counted if stated.counts_units}
    empty = {
        place
        for place, line in enumerate(items)
        if line.quantity == 0 and not line.amount and place not in counts
        if not cart.holds_units(line)
    }
    return details.without(empty) if empty else details


def restate(cart: Cart, details: EventDetails, own: Own) -> Split:
    """Replace the cart's lines by the customer's part of an event's items; return the other parts.

    If the order is not calculated, all units are the customer's.
    """
    items = details.items or ()
    before = _Before(cart, cart.relist(items))
    if details.counted is None:
        for entry, line in zip(cart.lines, items, strict=False):
            entry.become(line, added_by_discount=False)
        return NO_UNITS
    return _restated(cart, before, items, details.counted, own)


def _restated(
    cart: Cart,
    before: "_Before",
    items: tuple[Line, ...],
    counted: tuple[Counted, ...],
    own: Own,
) -> Split:
    counts = {stated.place: stated for stated in counted}
    contributions: list[LineContribution] = []
    carried: dict[int, LineContribution] = {}
    for place, (entry, line) in enumerate(zip(cart.lines, items, strict=False)):
        stated = counts.get(place)
        if line.quantity and not entry.totals.touch_units and not (stated and stated.counts_units):
            # No redemption has changed the units: the whole line is the customer's.
            entry.become(line, added_by_discount=False)
            if stated and own is of_the_redemption and stated.applied_discount_amount:
                discount = stated.applied_discount_amount
                contributions.append(LineContribution(cart.key(entry), discount, calculated=True))
            continue
        stated = stated or _NOTHING_STATED
        theirs = _theirs(line, stated, entry, own)
        listed = Listed(line, stated, entry, theirs, partial(before.line, entry))
        contribution, beyond = _split(cart, listed, own(listed), tells_own=own is of_the_redemption)
        if contribution:
            contributions.append(contribution)
        if beyond:
            carried[place] = beyond
    return Split(tuple(contributions), carried)


@dataclass(slots=True)
class _Before:
    """The lines that a cart had before `restate`; None if it kept them."""

    cart: Cart
    lines: list[Line] | None
    _indexed: Cart | None = None

    def line(self, entry: CartLine) -> Line | None:
        """Return the earlier version of a line of the cart, or None if it had none."""
        if self.lines is None:
            return entry.line
        self._indexed = self._indexed or Cart.of(self.lines)
        found = self._indexed.find(self.cart.key(entry))
        return found.line if found else None


def _theirs(line: Line, stated: Counted, there: CartLine, own: Own) -> Added:
    """Return the units of redemptions in force: calculated ones, and those priced here if included.

    A sender may not know the units that were priced here. They are included if the line covers as
    many units as all redemptions do, the event's own among them, or if it has as many more units
    than its initial quantity. A line covers no more units than it has.
    """
    units, calculated = there.totals.units, there.totals.calculated
    applied = stated if own is of_the_redemption else _NOTHING_STATED
    covered = units.covered + (applied.applied_discount_quantity or 0)
    before = None if applied.applied_quantity is None else line.quantity - applied.applied_quantity
    covers_all = (stated.discount_quantity or 0) >= min(covered, line.quantity)
    if covers_all and (before is None or before >= units.quantity):
        return units
    if stated.initial_quantity is None:
        return calculated
    added = units.quantity + (applied.applied_quantity or 0)
    return units if line.quantity - stated.initial_quantity == added else calculated


def _split(
    cart: Cart, listed: Listed, own: int, *, tells_own: bool
) -> tuple[LineContribution | None, LineContribution | None]:
    """Leave the customer's units on the line; return what the event adds, and what is carried.

    A line without units of the customer's stays as long as a redemption adds units to it, and its
    amount counts on top of the customer's stated amount.
    """
    line, theirs, initial = listed.line, listed.theirs, listed.stated.initial_quantity
    left = line.quantity - theirs.quantity - own
    # An initial quantity that is what stood before this event says nothing of the customer's.
    states_the_cart = initial is not None and initial != line.quantity - own
    between = max(0, left - (initial or 0)) if states_the_cart else 0
    quantity = min(max(0, left - between), LARGEST_QUANTITY)
    cost = own_cost(listed, own, quantity, between)
    amount = customers_amount(listed, quantity, cost, between)
    is_added_by_discount = quantity == 0 and (line.quantity > 0 or not amount)
    customers = line
    if (quantity, amount) != (line.quantity, line.amount):
        customers = replace(line, quantity=quantity, amount=amount)
    contribution = _contribution(cart, listed, own, cost) if tells_own else None
    carried = _carried(cart, listed, between, (line.amount or 0) - cost - (amount or 0))
    listed.there.become(customers, added_by_discount=is_added_by_discount)
    if not is_added_by_discount:
        return contribution, carried
    cart.retain(listed.there)
    if cart.stated_amount is not None:
        cart.stated_amount = max(0, cart.stated_amount - (line.amount or 0))
    return (
        contribution and contribution._replace(new_line=customers if own > 0 else None),
        carried and carried._replace(new_line=customers),
    )


def _carried(cart: Cart, listed: Listed, between: int, amount: int) -> LineContribution | None:
    """Return the units of a line that only unknown redemptions can have added, and their cost.

    Where there are none, the line may still cost more than the customer's units and those that
    known redemptions added: then its price has risen.
    """
    cost = max(0, amount - listed.theirs.amount)
    has_risen = cost > 0 and listed.theirs.quantity >= 0
    if not (between or has_risen):
        return None
    return LineContribution(
        cart.key(listed.there),
        quantity=between,
        amount=cost,
        counts_units=True,
        calculated=True,
    )


def _contribution(cart: Cart, listed: Listed, own: int, cost: int) -> LineContribution | None:
    stated = listed.stated
    covered = stated.applied_discount_quantity
    if covered is None:
        covered = max(0, (stated.discount_quantity or 0) - listed.theirs.covered)
        if listed.is_untouched and not own:
            covered = 0
    if not (own or covered or stated.applied_discount_amount):
        return None
    counts_units = stated.initial_quantity is not None or stated.applied_quantity
    return LineContribution(
        cart.key(listed.there),
        discount=stated.applied_discount_amount or 0,
        quantity=own,
        amount=cost,
        discount_quantity=covered,
        counts_units=bool(counts_units and (own or covered)),
        calculated=True,
    )
