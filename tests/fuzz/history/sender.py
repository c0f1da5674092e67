"""The events that the shop sends for each action."""

from collections.abc import Iterator
from dataclasses import replace

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
    telling_of,
)
from tests.fuzz.history.paying import pay
from tests.fuzz.history.redeeming import redeem
from tests.fuzz.history.rolling_back import repeat, revoke, roll_back
from tests.fuzz.history.shop import BARE, Json, Sent, Shop


def history(plan: Plan) -> list[Sent]:
    """Return every event that the shop sends when the plan happens."""
    is_calculated = any(telling_of(action) is Telling.CALCULATED for action in plan.actions)
    shop = Shop(plan.knows_all, may_shrink=not is_calculated)
    return [sent for action in plan.actions for sent in send(shop, action)]


def send(shop: Shop, action: Action) -> Iterator[Sent]:
    """Perform one action and yield its events; none if it makes no sense now."""
    match action:
        case Mistake():
            yield from _take_back(shop, action)
        case Change():
            yield from _change(shop, action)
        case Redeem(revoked_as=str() as status, offers=(_,)):
            yield from revoke(shop, action, status)
        case Redeem():
            yield from redeem(shop, action)
        case RollBack() if shop.may_roll_back(action.name):
            yield from roll_back(shop, action)
        case Repeat():
            yield from repeat(shop, action)
        case Pay():
            yield from pay(shop, action)


def _change(shop: Shop, action: Change) -> Iterator[Sent]:
    before = shop.money
    shop.books.stated = action.amount
    shop.take(action.cart, action.telling)
    order = shop.order(action.telling, action.style, action.status)
    fixed = {"order.paid": "PAID", "order.canceled": "CANCELED"}.get(action.type)
    shop.payments.status = fixed or action.status or shop.payments.status
    shop.payments.update_status(before, shop.books.total)
    yield shop.event(action.type, {"order": order}, f"cart {action.telling}", states=order)


def _take_back(shop: Shop, action: Mistake) -> Iterator[Sent]:
    """Void each event of an action, which restores the books; possibly void the voids."""
    before = shop.saved()
    done = list(send(shop, action.action))
    yield from done
    after = shop.saved()
    shop.restore(before)
    voids = list(_voided(shop, done))
    yield from voids
    if action.is_none:
        shop.restore(after)
        yield from _voided(shop, voids)


def _voided(shop: Shop, events: list[Sent]) -> Iterator[Sent]:
    """Yield a void of each event; the books are right only after the last one."""
    for place, sent in enumerate(events):
        data: Json = {"order": BARE, "voids": sent.event["id"]}
        void = shop.event("event.voided", data, f"void of {sent.event['type']}")
        yield void if place == len(events) - 1 else replace(void, right=None)
