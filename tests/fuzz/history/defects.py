"""Mistakes that a fold of this kind is likely to be built with, each ready to be planted."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from order_projector.domain import (
    contribution,
    learning,
    money,
    quantities,
    rolling_back,
    steps,
)
from order_projector.domain.bounds import Capacity
from order_projector.domain.cart import Cart, Contribution
from order_projector.domain.order import OrderState
from order_projector.domain.status import Status
from order_projector.domain.timeline import RollbackStep

Planted = AbstractContextManager[object]


def rollback_that_keeps_free_units() -> Planted:
    """A rollback takes the cents back, and forgets the units."""
    revert = Cart.revert

    def forgetful(cart: Cart, applied: Any, *rest: Any) -> None:
        lines = tuple(part._replace(quantity=0, amount=0) for part in applied.lines)
        revert(cart, replace(applied, lines=lines), *rest)

    return patch.object(Cart, "revert", forgetful)


def key_error_on_a_removed_line() -> Planted:
    """A rollback expects every line that its redemption contributed to."""
    revert = Cart.revert

    def strict(cart: Cart, applied: Contribution, *rest: Any) -> None:
        for key in applied.all_keys():
            if cart.find(key) is None:
                raise KeyError(key)
        revert(cart, applied, *rest)

    return patch.object(Cart, "revert", strict)


def discounts_beyond_the_amount() -> Planted:
    """Order-level discounts are not capped at what is left of the order."""
    return patch.object(Cart, "_order_level", lambda cart, _amount, _items: cart.order_discounts)


def half_cents_rounded_down() -> Planted:
    """Percentages are floored."""

    def floored(amount: int, part: int, whole: int) -> int:
        return amount * part // whole

    return patch.object(money, "part_of", floored)


def canceled_by_any_rollback() -> Planted:
    """A rollback cancels the order although another redemption remains."""
    return patch.object(rolling_back, "after_rollback", lambda *_: Status.CANCELED)


def everything_priced_here() -> Planted:
    """What a sender calculated counts as nothing."""
    contributed = contribution.Contributed(Contribution(), contribution.AS_CALCULATED)
    return patch.object(learning, "calculated", lambda *_: contributed)


def units_by_the_quantity_before_alone() -> Planted:
    """A redemption's own units are whatever lies above the quantity before it."""

    def own(listed: Any) -> int:
        before = listed.stated.initial_quantity
        return 0 if before is None else listed.line.quantity - before

    return patch.object(learning, "of_the_redemption", own)


def bounds_not_applied() -> Planted:
    """Units are added beyond what an order can hold."""
    return patch.object(Capacity, "admit", lambda *_: True)


def details_before_the_discount_is_gone() -> Planted:
    """A rollback's details are taken in while its redemption still counts."""
    roll_back, take_in = rolling_back.roll_back, learning.take_in

    def early(state: OrderState, step: RollbackStep, observer: Any) -> None:
        take_in(state, learning.Told(step.rollback, step.rollback.details), observer)
        with patch.object(rolling_back, "take_in", lambda *_: Contribution()):
            roll_back(state, step, observer)

    return patch.object(steps, "roll_back", early)


def units_read_after_a_floor() -> Planted:
    """Units that a redemption took away count as none where a sender's quantities are read."""
    theirs = quantities._theirs

    def floored(*listed: Any) -> Any:
        units = theirs(*listed)
        return units._replace(quantity=max(0, units.quantity), amount=max(0, units.amount))

    return patch.object(quantities, "_theirs", floored)


DEFECTS: Mapping[Callable[[], Planted], int] = {
    rollback_that_keeps_free_units: 20,
    key_error_on_a_removed_line: 60,
    discounts_beyond_the_amount: 20,
    half_cents_rounded_down: 20,
    canceled_by_any_rollback: 20,
    everything_priced_here: 20,
    units_by_the_quantity_before_alone: 30,
    bounds_not_applied: 90,
    details_before_the_discount_is_gone: 30,
    units_read_after_a_floor: 70,
}
"""Each with the number of histories within which it must be found out."""
