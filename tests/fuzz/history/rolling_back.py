"""The events with which the shop reports rollbacks that revert, keep or change nothing."""

from collections.abc import Iterator
from dataclasses import replace

from tests.fuzz.history.actions import Redeem, Repeat, RollBack, Shape, Telling
from tests.fuzz.history.books import AppliedRedemption, Redeemed
from tests.fuzz.history.redeeming import redeem
from tests.fuzz.history.shop import BARE, Json, Sent, Shop

ROLLED_BACK = "redemption.rollback.succeeded"


def revoke(shop: Shop, action: Redeem, status: str) -> Iterator[Sent]:
    """Redeem and roll back at the same time; the rollback's event id is the smaller one."""
    before = shop.money
    (redeemed,) = redeem(shop, action)
    yield redeemed
    shop.books.roll_back(action.name)
    shop.payments.status = status  # a redemption sets no status after its rollback
    shop.payments.update_status(before, shop.books.total)
    rollback = {"id": f"rr_{action.name}", "redemption": action.name}
    shop.note_rollback(action.name, rollback["id"])
    data: Json = {"redemption_rollback": rollback, "order": BARE | {"status": status}}
    event = redeemed.event | {"type": ROLLED_BACK, "data": data}
    event["id"] = event["id"].replace("evt", "a_moment_before")
    sent = shop.sent(event, "rollback in the moment of its redemption")
    yield replace(sent, undoes=action.name)


def roll_back(shop: Shop, action: RollBack) -> Iterator[Sent]:
    """Roll a redemption or a stack back, in the action's shape and style."""
    children = shop.stacks.get(action.name, ())
    keeps = action.keeps and action.telling is Telling.CALCULATED and can_show(shop, action.name)
    if action.tells_children and action.shape is not Shape.REQUEST:
        for child in children:
            rollback = _rollback(shop, f"rr_{child}", child)
            data: Json = {"redemption_rollback": rollback, "order": BARE}
            yield shop.event(ROLLED_BACK, data, "rollback of a child")
    elif action.shape is Shape.REQUEST:
        for child in children:
            shop.note_rollback(child, f"rr_{child}")
    before = shop.money
    own = _rollback(shop, f"rr_{action.name}", action.name)
    if not keeps:
        shop.books.roll_back(action.name)
    shop.take(action.cart, action.telling)
    order = shop.order(action.telling, action.style, action.status)
    if action.status or not (keeps or shop.remain):
        shop.payments.status = action.status or "CANCELED"
    shop.payments.update_status(before, shop.books.total)
    data = {"redemption_rollback": own, "order": order}
    if action.shape is Shape.INSIDE:
        data = {"redemption_rollback": own | {"order": order}}
    elif action.shape is Shape.REQUEST and children:
        each = [_told(shop, f"rr_{child}", child) for child in children]
        data = {"rollbacks": each, "parent_rollback": own, "order": order}
    elif action.shape is Shape.REQUEST:
        data = {"rollbacks": [own], "order": order}
    features = (f"rollback {action.telling}", f"rollback {action.shape}")
    kept = ("rollback that keeps",) if keeps else ()
    undoes = None if keeps else action.name
    yield shop.event(ROLLED_BACK, data, *features, *kept, states=order, undoes=undoes)


def can_show(shop: Shop, name: str) -> bool:
    """Return whether the order's total without the redemption's discounts is a different one.

    A sender that does not know all redemptions states other amounts in either case.
    """
    if not shop.knows_all:
        return False
    books, redeemed = shop.books, shop.books.in_force[name]
    contributions = {
        key: replace(contribution, cents=0)
        for key, contribution in redeemed.applied.contributions.items()
    }
    of_units = Redeemed(AppliedRedemption(0, contributions), redeemed.is_calculated)
    without = replace(books, in_force={**books.in_force, name: of_units})
    return without.total != books.total


def repeat(shop: Shop, action: Repeat) -> Iterator[Sent]:
    """Report a rollback that changes no discount: a second one, or one of a stack's child."""
    name = action.name
    if action.child is not None:
        children = shop.stacks.get(name, ())
        if action.child >= len(children):
            return
        name = children[action.child]
    elif name not in shop.rollbacks:
        return
    before = shop.money
    shop.take(action.cart, action.telling)
    order = shop.order(action.telling, action.style, action.status)
    shop.payments.status = action.status or shop.payments.status
    shop.payments.update_status(before, shop.books.total)
    own = _rollback(shop, f"rr_{name}#{shop.minute}", name)
    what = "second rollback" if action.child is None else "rollback of a child by itself"
    data: Json = {"redemption_rollback": own, "order": order}
    yield shop.event(ROLLED_BACK, data, f"{what} {action.telling}")


def _rollback(shop: Shop, name: str, redemption: str) -> Json:
    shop.note_rollback(redemption, name)
    return _told(shop, name, redemption)


def _told(shop: Shop, name: str, redemption: str) -> Json:
    return {"id": name, "date": shop.now, "redemption": redemption}
