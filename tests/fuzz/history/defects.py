"""Mistakes that a fold of this kind is likely to be built with, each ready to be planted."""

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


def nothing_is_carried() -> Planted:
    """What a calculated order says beyond the known redemptions is not served."""
    return patch.object(carried, "restate", lambda *_: False)


def carried_for_good() -> Planted:
    """What is carried stays, although the redemptions that it came from have arrived."""

    def forget(state: OrderState) -> None:
        state.carried = Carried()

    return patch.object(carried, "withdraw", forget)


def carried_at_order_level() -> Planted:
    """What the lines carry is counted as the order's own, and stays there when a line goes."""
    return patch.object(carried, "_lines", lambda *_: iter(()))


def every_rollback_undoes() -> Planted:
    """A rollback that keeps the discounts takes them all the same."""
    return patch.object(rolling_back, "_keeps", lambda *_: False)


def kept_where_both_readings_agree() -> Planted:
    """A rollback keeps what is on the order also where its amounts are those without it."""

    def keeps(state: OrderState, _name: str, details: EventDetails) -> bool:
        return details.totals is not None and rolling_back._agrees(state.cart.fork(), details)

    return patch.object(rolling_back, "_keeps", keeps)


def child_that_takes_its_stack_along() -> Planted:
    """The rollback of a child undoes its whole stack."""
    roll_back = rolling_back.roll_back

    def whole(state: OrderState, step: RollbackStep, observer: Any) -> None:
        roll_back(
            state, replace(step, redemption=step.head or step.redemption, head=None), observer
        )

    return patch.object(steps, "roll_back", whole)


def voids_without_effect() -> Planted:
    """What is void counts."""
    return patch.object(served, "effective", dict)


def voids_for_good() -> Planted:
    """A void is not undone by another one."""

    def strike(facts: Mapping[str, Fact]) -> dict[str, Fact]:
        struck = {fact.voids for fact in facts.values() if isinstance(fact, Void)}
        return {name: fact for name, fact in facts.items() if fact.event.id not in struck}

    return patch.object(served, "effective", strike)


def refund_taken_from_another_payment() -> Planted:
    """A refund beyond its payment lowers what the others keep."""

    def recount(money: Payments, state: PaymentState) -> None:
        kept = state.taken.amount - state.returned
        money.kept += kept - state.kept
        state.kept = kept

    return patch.object(Payments, "_recount", recount)


def every_currency_counts() -> Planted:
    """Money in a second currency is added to that in the first."""
    return patch.object(Payments, "counts", lambda *_: True)


def bounces_without_effect() -> Planted:
    """A PAID order stays so when its payment fails after it had succeeded."""
    return patch.object(Payments, "has_bounced", lambda *_: False)


def captures_that_replace_each_other() -> Planted:
    """A payment took what its last capture took."""

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
"""Each with the number of histories within which it must be found out."""
