"""Shrinking of a plan to the smallest part that still fails."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from tests.fuzz.history.actions import (
    Action,
    Change,
    Mistake,
    Pay,
    Plan,
    Redeem,
    Repeat,
    RollBack,
    Telling,
)

T = TypeVar("T")


def shrunk(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Leave out actions, offers and details one by one, as long as the plan still fails."""
    smaller: Plan | None = plan
    while smaller is not None:
        plan = smaller
        smaller = next(filter(fails, _smaller(plan)), None)
    return plan


def _smaller(plan: Plan) -> list[Plan]:
    actions = plan.actions
    without = [
        replace(plan, actions=actions[:place] + actions[place + 1 :])
        for place in reversed(range(len(actions)))
    ]
    return without + list(_simpler(plan))


def _simpler(plan: Plan) -> Iterator[Plan]:
    """Yield the plan with one offer, cart line, status or other detail of an action removed."""
    for place, action in enumerate(plan.actions):
        for simpler in _simpler_actions(action):
            actions = (*plan.actions[:place], simpler, *plan.actions[place + 1 :])
            yield replace(plan, actions=actions)


def _simpler_actions(action: Action) -> Iterator[Action]:
    match action:
        case Redeem():
            yield from _simpler_redemptions(action)
        case Change():
            for cart in _less(action.cart):
                yield replace(action, cart=cart)
            if action.status:
                yield replace(action, status=None)
        case RollBack() | Repeat():
            yield from _simpler_rollbacks(action)
        case Pay(currency=str()):
            yield replace(action, currency=None)
        case Mistake(is_none=True):
            yield action.action
            yield replace(action, is_none=False)


def _simpler_redemptions(action: Redeem) -> Iterator[Action]:
    for offers in _less(action.offers):
        yield replace(action, offers=offers)
    if action.status:
        yield replace(action, status=None)
    if action.revoked_as:
        yield replace(action, revoked_as=None)


def _simpler_rollbacks(action: RollBack | Repeat) -> Iterator[Action]:
    if action.status:
        yield replace(action, status=None)
    if action.telling is not Telling.BARE:
        yield replace(action, telling=Telling.BARE)
    if isinstance(action, RollBack) and action.tells_children:
        yield replace(action, tells_children=False)


def _less(parts: tuple[T, ...]) -> Iterator[tuple[T, ...]]:
    """Yield all but one of the parts, as long as one is left."""
    for place in range(len(parts) if len(parts) > 1 else 0):
        yield parts[:place] + parts[place + 1 :]
