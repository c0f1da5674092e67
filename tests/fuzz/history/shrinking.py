"""The smallest part of a plan that still goes wrong."""

from collections.abc import Callable
from dataclasses import replace

from tests.fuzz.history.actions import Plan


def shrunk(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Leave out action after action, and offer after offer, as long as it still fails."""
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


def _simpler(plan: Plan) -> list[Plan]:
    """Each action with one offer, or one line of its cart, or its status less."""
    found = list[Plan]()
    for place, action in enumerate(plan.actions):
        for name in ("offers", "cart"):
            parts = getattr(action, name, None) or ()
            for nth in range(len(parts) if len(parts) > 1 else 0):
                less = replace(action, **{name: parts[:nth] + parts[nth + 1 :]})
                found.append(_with(plan, place, less))
        if getattr(action, "status", None):
            found.append(_with(plan, place, replace(action, status=None)))
        if getattr(action, "tells_children", None):
            found.append(_with(plan, place, replace(action, tells_children=False)))
    return found


def _with(plan: Plan, place: int, action: object) -> Plan:
    return replace(plan, actions=(*plan.actions[:place], action, *plan.actions[place + 1 :]))
