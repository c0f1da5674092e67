"""Plausible defects of the fold, each ready to be planted."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from order_projector.domain import (
    carried,
    contribution,
    learning,
    money,
    quantities,
    redeeming,
    rolling_back,
    served,
    steps,
)
from order_projector.domain.bounds import Capacity
from order_projector.domain.cart import Cart, Contribution
from order_projector.domain.details import EventDetails
from order_projector.domain.facts import Fact, Payment, Void
from order_projector.domain.order import Carried, OrderState
from order_projector.domain.payments import Payments, PaymentState, Takings
from order_projector.domain.status import Status
from order_projector.domain.timeline import RollbackStep

Planted = AbstractContextManager[object]


def rollback_that_keeps_free_units() -> Planted:
    """Revert only the discounts on rollback, and not the added units."""
    revert = Cart.revert

    def forgetful(cart: Cart, applied: Any, *rest: Any) -> None:
        lines = tuple(part._replace(quantity=0, amount=0) for part in applied.lines)
        revert(cart, replace(applied, lines=lines), *rest)

    return patch.object(Cart, "revert", forgetful)


def key_error_on_a_removed_line() -> Planted:
    """Raise an error on rollback if a line that the redemption contributed to is gone."""
    revert = Cart.revert

    def strict(cart: Cart, applied: Contribution, *rest: Any) -> None:
        for key in applied.all_keys():
            if cart.find(key) is None:
                raise KeyError(key)
        revert(cart, applied, *rest)

    return patch.object(Cart, "revert", strict)


def discounts_beyond_the_amount() -> Planted:
    """Do not cap order-level discounts at what is left of the order."""
    return patch.object(Cart, "_order_level", lambda cart, _amount, _items: cart.order_discounts)


def half_cents_rounded_down() -> Planted:
    """Round percentages down."""

    def floored(amount: int, part: int, whole: int) -> int:
        return amount * part // whole

    return patch.object(money, "part_of", floored)


def canceled_by_any_rollback() -> Planted:
    """Cancel the order on every rollback, even if another redemption remains."""
    return patch.object(rolling_back, "after_rollback", lambda *_: Status.CANCELED)


def everything_priced_here() -> Planted:
    """Apply nothing for redemptions that their sender calculated."""
    contributed = contribution.Contributed(Contribution(), contribution.AS_CALCULATED)
    return patch.object(learning, "calculated", lambda *_: contributed)


def units_by_the_quantity_before_alone() -> Planted:
    """Count whatever exceeds a line's initial quantity as the redemption's own units."""

    def own(listed: Any) -> int:
        before = listed.stated.initial_quantity
        return 0 if before is None else listed.line.quantity - before

    return patch.object(redeeming, "of_the_redemption", own)


def bounds_not_applied() -> Planted:
    """Add units beyond what an order can hold."""
    return patch.object(Capacity, "admit", lambda *_: True)


def details_before_the_discount_is_gone() -> Planted:
    """Apply a rollback's details while its redemption still counts."""
    roll_back, take_in = rolling_back.roll_back, learning.take_in

    def early(state: OrderState, step: RollbackStep, observer: Any) -> None:
        take_in(state, learning.IncomingDetails(step.rollback, step.rollback.details), observer)
        with patch.object(rolling_back, "take_in", lambda *_: Contribution()):
            roll_back(state, step, observer)

    return patch.object(steps, "roll_back", early)


def units_read_after_a_floor() -> Planted:
    """Count units that a redemption removed as none when interpreting a sender's quantities."""
    theirs = quantities._theirs

    def floored(*listed: Any) -> Any:
        units = theirs(*listed)
        return units._replace(quantity=max(0, units.quantity), amount=max(0, units.amount))

    return patch.object(quantities, "_theirs", floored)


def nothing_is_carried() -> Planted:
    """Do not serve what a calculated order states beyond the known redemptions."""
    return patch.object(carried, "restate", lambda *_: False)


def carried_for_good() -> Planted:
    """Keep what is carried after the redemptions that it came from have arrived."""

    def forget(state: OrderState) -> None:
        state.carried = Carried()

    return patch.object(carried, "withdraw", forget)


def carried_at_order_level() -> Planted:
    """Carry the discounts of lines at order level, where they stay when a line goes."""
    return patch.object(carried, "_lines", lambda *_: iter(()))


def every_rollback_undoes() -> Planted:
    """Revert the discounts even if the rollback keeps them."""
    return patch.object(rolling_back, "_keeps", lambda *_: False)


def kept_where_both_readings_agree() -> Planted:
    """Keep the discounts on rollback even if the stated amounts fit the order without them, too."""

    def keeps(state: OrderState, _name: str, details: EventDetails) -> bool:
        return details.totals is not None and rolling_back._agrees(state.cart.fork(), details)

    return patch.object(rolling_back, "_keeps", keeps)


def child_that_takes_its_stack_along() -> Planted:
    """Roll the whole stack back with one of its children."""
    roll_back = rolling_back.roll_back

    def whole(state: OrderState, step: RollbackStep, observer: Any) -> None:
        roll_back(
            state, replace(step, redemption=step.head or step.redemption, head=None), observer
        )

    return patch.object(steps, "roll_back", whole)


def voids_without_effect() -> Planted:
    """Ignore voids."""
    return patch.object(served, "effective", dict)


def voids_for_good() -> Planted:
    """Ignore voids of voids."""

    def strike(facts: Mapping[str, Fact]) -> dict[str, Fact]:
        struck = {fact.voids for fact in facts.values() if isinstance(fact, Void)}
        return {name: fact for name, fact in facts.items() if fact.event.id not in struck}

    return patch.object(served, "effective", strike)


def refund_taken_from_another_payment() -> Planted:
    """Let a refund beyond its payment lower what the other payments keep."""

    def recount(money: Payments, state: PaymentState) -> None:
        kept = state.taken.amount - state.returned
        money.kept += kept - state.kept
        state.kept = kept

    return patch.object(Payments, "_recount", recount)


def every_currency_counts() -> Planted:
    """Add money in a second currency to that in the first."""
    return patch.object(Payments, "counts", lambda *_: True)


def bounces_without_effect() -> Planted:
    """Leave an order PAID when its payment fails after it had succeeded."""
    return patch.object(Payments, "has_bounced", lambda *_: False)


def captures_that_replace_each_other() -> Planted:
    """Count only the latest capture of a payment."""

    def add(takings: Takings, payment: Payment) -> None:
        if payment.capture:
            takings.captured = payment.capture.amount
        else:
            takings.whole += payment.amount or 0

    return patch.object(Takings, "add", add)


DEFECTS: Mapping[Callable[[], Planted], int] = {
    rollback_that_keeps_free_units: 20,
    key_error_on_a_removed_line: 80,
    discounts_beyond_the_amount: 20,
    half_cents_rounded_down: 20,
    canceled_by_any_rollback: 20,
    everything_priced_here: 20,
    units_by_the_quantity_before_alone: 30,
    bounds_not_applied: 90,
    details_before_the_discount_is_gone: 80,
    units_read_after_a_floor: 260,
    nothing_is_carried: 20,
    carried_for_good: 20,
    carried_at_order_level: 20,
    every_rollback_undoes: 90,
    kept_where_both_readings_agree: 60,
    child_that_takes_its_stack_along: 60,
    voids_without_effect: 20,
    voids_for_good: 20,
    refund_taken_from_another_payment: 90,
    every_currency_counts: 80,
    bounces_without_effect: 90,
    captures_that_replace_each_other: 120,
}
"""Each defect, with the number of histories within which it must be found."""
