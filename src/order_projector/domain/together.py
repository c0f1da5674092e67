"""Redemptions of one request without a parent, whose discounts the request's order states together.

The last of them contributes what all have applied. If another one came again in an event of its
own, which states what it applied itself, that is no longer part of the common amounts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from order_projector.domain.cart import Cart
from order_projector.domain.details import CalculatedDiscount, Counted, EventDetails
from order_projector.domain.facts import Redemption

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
    discount = teller.calculated.applied_discount_amount if teller.calculated else 0
    own = teller.details
    for each in apart:
        part = each.calculated.applied_discount_amount if each.calculated else 0
        discount = _less(discount, part)
        own = _lines_without(own, each.details)
    return replace(teller, calculated=CalculatedDiscount(discount), details=own)


def _lines_without(whole: EventDetails, part: EventDetails) -> EventDetails:
    if not (whole.items and whole.counted and part.items and part.counted):
        return whole
    there, others = Cart.of(whole.items), Cart.of(part.items)
    parts: dict[int, Counted] = {}
    for stated in part.counted:
        entry = there.find(others.key(others.lines[stated.place]))
        if entry is not None:
            parts[entry.place] = stated
    counted = (
        _counted_without(stated, parts[stated.place]) if stated.place in parts else stated
        for stated in whole.counted
    )
    return replace(whole, counted=tuple(counted))


def _counted_without(whole: Counted, part: Counted) -> Counted:
    return replace(
        whole,
        **{
            name: _less(value, getattr(part, name) or 0)
            for name in _APPLIED
            if (value := getattr(whole, name)) is not None
        },
    )


def _less(whole: int, part: int) -> int:
    """Return what is left of a number, which may be negative; never more than all of it."""
    return min(max(whole - part, min(whole, 0)), max(whole, 0))
