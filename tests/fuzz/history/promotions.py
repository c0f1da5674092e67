"""What an offer applies to the books in their current state."""

from collections.abc import Callable, Iterable

from tests.fuzz.history.arithmetic import half_up, shared_out
from tests.fuzz.history.books import AppliedRedemption, Books, Key, LineContribution
from tests.fuzz.history.gifts import given, upgraded
from tests.fuzz.history.limits import RemainingLimits
from tests.fuzz.history.offers import Offer
from tests.fuzz.history.selection import Covered, covered_lines

Worth = Callable[[Covered, int], int]
"""What a discount would take off a line, given how many of its units it covers."""

NOTHING = AppliedRedemption()


def applied(offer: Offer, books: Books) -> AppliedRedemption:
    """Return what a redemption of the offer applies now; nothing if the order is unknown."""
    is_known = books.amount is not None or bool(books.lines())
    return _applied(offer, books) if is_known else NOTHING


def _applied(offer: Offer, books: Books) -> AppliedRedemption:
    match offer.type, _effect(offer):
        case "BROKEN", _:
            taken = NOTHING
        case "UNIT", "REPLACE_ITEMS":
            taken = upgraded(offer, books)
        case "UNIT", _:
            taken = given(offer, books)
        case "POINTS", "MATERIAL":
            taken = NOTHING
        case "POINTS", _:
            taken = _off_order(offer, books, _in_cents(offer))
        case _, "APPLY_TO_ORDER":
            taken = _off_order(offer, books, _whole(offer, books))
        case "AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY":
            taken = _proportionally(offer, books, Covered.cost)
        case "AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY":
            taken = _proportionally(offer, books, lambda _line, units: units)
        case kind, effect:
            taken = _off_lines(offer, books, _worth(offer, kind, effect))
    return taken


def _effect(offer: Offer) -> str:
    if offer.effect is not None:
        return offer.effect
    if offer.type == "UNIT":
        return "ADD_MISSING_ITEMS"
    if offer.type == "FIXED":
        has_prices = any(target.price is not None for target in offer.included)
        return "APPLY_TO_ITEMS" if has_prices else "APPLY_TO_ORDER"
    return "APPLY_TO_ITEMS" if offer.included or offer.excluded else "APPLY_TO_ORDER"


def _in_cents(offer: Offer) -> int:
    if offer.coin is None:
        return offer.value
    exchange, points = offer.coin
    return half_up(offer.value * exchange * 100, points)


def _whole(offer: Offer, books: Books) -> int:
    """Return what an offer is worth for the order as a whole."""
    match offer.type:
        case "PERCENT":
            return half_up(books.left * offer.value, 10_000)
        case "FIXED":
            return max(0, books.left - offer.value)
    return offer.value


def _off_order(offer: Offer, books: Books, wanted: int) -> AppliedRedemption:
    limits = [limit for limit in (offer.amount_limit, offer.aggregated_amount_limit) if limit]
    return AppliedRedemption(min(wanted, books.left, *limits))


def _worth(offer: Offer, kind: str, effect: str) -> Worth:
    def per_unit(line: Covered, units: int) -> int:
        return min(offer.value * units, line.cost(units))

    def per_cent(line: Covered, units: int) -> int:
        return half_up(line.line.left * units * offer.value, 10_000 * line.quantity)

    def above_new_price(line: Covered, units: int) -> int:
        prices = [target.price for target in line.targets if target.price is not None]
        return line.cost(units) - units * max(prices, default=offer.value)

    match kind, effect:
        case "AMOUNT", "APPLY_TO_ITEMS_BY_QUANTITY":
            return per_unit
        case "PERCENT", _:
            return per_cent
        case "FIXED", _:
            return above_new_price
        case "GIFT", _:
            return Covered.cost
    return lambda _line, _units: offer.value


def _off_lines(offer: Offer, books: Books, worth: Worth) -> AppliedRedemption:
    lines = covered_lines(books, offer.included, offer.excluded)
    return AppliedRedemption(contributions=dict(_taken(offer, books, lines, worth)))


def _taken(
    offer: Offer, books: Books, lines: Iterable[Covered], worth: Worth
) -> Iterable[tuple[Key, LineContribution]]:
    remaining = RemainingLimits(_most(offer, books))
    for line in lines:
        units = remaining.units(line, line.quantity)
        if not units:
            continue
        cents = min(worth(line, units), remaining.most(line))
        if offer.amount_limit is not None:
            cents = min(cents, offer.amount_limit)
        if cents > 0:
            remaining.use(line, units, cents)
            yield line.line.key, LineContribution(line.line.product, cents)


def _most(offer: Offer, books: Books) -> int:
    limits = [books.left, offer.aggregated_amount_limit]
    if offer.type == "GIFT":
        limits.append(offer.value)
    return min(limit for limit in limits if limit is not None)


def _proportionally(offer: Offer, books: Books, weight: Worth) -> AppliedRedemption:
    lines = covered_lines(books, offer.included, offer.excluded)
    units = [
        min([line.quantity] if line.chosen is None else [line.quantity, line.chosen])
        for line in lines
    ]
    weights = [weight(line, count) for line, count in zip(lines, units, strict=True)]
    parts = shared_out(min(offer.value, _most(offer, books)), weights)
    worth = {
        line.line.key: min(part, line.cost(count))
        for line, part, count in zip(lines, parts, units, strict=True)
    }
    taken = _taken(offer, books, lines, lambda line, _units: worth[line.line.key])
    return AppliedRedemption(contributions=dict(taken))
