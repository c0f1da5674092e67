"""Redemptions of one request without a parent, whose discounts the request's order states together.

The last of them contributes what all have applied. If another one came again in an event of its
own, which states what it applied itself, that is no longer part of the common amounts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from order_projector.domain.cart import Cart
from order_projector.domain.details import CalculatedDiscount, Counted, EventDetails
from order_projector.domain.facts import Redemption
from order_projector.domain.lines import Line, have_same_names

_APPLIED: Final = (
    *("applied_quantity", "applied_quantity_amount"),
    *("applied_discount_quantity", "applied_discount_amount"),
)
"""What an order says of a line that its redemption has applied, and not those before it."""


def each_counted_once(redemptions: dict[str, Redemption]) -> dict[str, Redemption]:
    """Return the redemptions, with no discount stated by two of them.

    An element that came again without stating what it applied contributes nothing of its own.
    """
    telling = [fact for fact in redemptions.values() if fact.tells_for]
    if not telling:
        return redemptions
    once = dict(redemptions)
    for teller in telling:
        apart = [
            other
            for name in teller.tells_for or ()
            if (other := redemptions.get(name)) and other.event.id != teller.event.id
        ]
        once[teller.id] = _without(teller, [each for each in apart if each.calculated])
        once |= {each.id: replace(each, redeemable=None) for each in apart if not each.calculated}
    return once


def tellers(redemptions: Mapping[str, Redemption]) -> dict[str, str]:
    """Map each redemption whose discounts only another one's order states to that other one.

    Of several requests that have it, the latest counts, in whatever order they arrived.
    """
    telling = [fact for fact in redemptions.values() if fact.tells_for]
    return {
        name: teller.id
        for teller in sorted(telling, key=lambda it: (it.event, it.id))
        for name in teller.tells_for or ()
        if name not in redemptions or redemptions[name].calculated is None
    }


def _without(teller: Redemption, apart: Iterable[Redemption]) -> Redemption:
    """Return the redemption without what those apart say that they have applied."""
    whole, parts = teller.calculated or _NOTHING, list(apart)
    part = sum((each.calculated or _NOTHING).applied_discount_amount for each in parts)
    return replace(
        teller,
        calculated=CalculatedDiscount(_less(whole.applied_discount_amount, part)),
        details=_lines_without(teller.details, [each.details for each in parts]),
    )


_NOTHING: Final = CalculatedDiscount()


def _lines_without(whole: EventDetails, parts: Iterable[EventDetails]) -> EventDetails:
    if not (whole.items and whole.counted):
        return whole
    there, sums = Cart.of(whole.items), dict[int, Counter[str]]()
    for part in parts:
        applied = [stated for stated in part.counted or () if _applied(stated)]
        if not applied:
            continue
        place_of = _places(there, part.items or ())
        for stated in applied:
            if (place := place_of(stated.place)) is not None:
                sums.setdefault(place, Counter()).update(_applied(stated))
    counted = tuple(_counted_without(it, sums.get(it.place, _NO_SUMS)) for it in whole.counted)
    return replace(whole, counted=counted)


_NO_SUMS: Final = Counter[str]()


def _applied(stated: Counted) -> dict[str, int]:
    """Return the numbers of a line that are not 0 and tell what its redemption has applied."""
    return {name: number for name in _APPLIED if (number := getattr(stated, name))}


def _places(there: Cart, items: Sequence[Line]) -> Callable[[int], int | None]:
    """Return a function from the place of an item to that of the same line in a cart, if any."""
    lines = [entry.line for entry in there.lines]
    if len(items) <= len(lines) and all(map(have_same_names, items, lines)):
        return lambda place: place
    others = Cart.of(items)

    def place_of(place: int) -> int | None:
        entry = there.find(others.key(others.lines[place]))
        return None if entry is None else entry.place

    return place_of


def _counted_without(whole: Counted, part: Counter[str]) -> Counted:
    if not part:
        return whole
    left = {name: _less(number, part[name]) for name, number in _applied(whole).items()}
    return replace(whole, **left)


def _less(whole: int, part: int) -> int:
    """Return what is left of a number, which may be negative; never more than all of it."""
    return min(max(whole - part, min(whole, 0)), max(whole, 0))
