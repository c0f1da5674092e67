"""What the shop sends for each action."""

from collections.abc import Iterator

from tests.fuzz.history.actions import (
    Action,
    Change,
    Pay,
    Plan,
    Redeem,
    RollBack,
    Shape,
    Telling,
)
from tests.fuzz.history.redeeming import redeem
from tests.fuzz.history.shop import BARE, Json, Sent, Shop


def history(plan: Plan) -> list[Sent]:
    """Everything that the shop sends when the plan happens."""
    shop = Shop(plan.knows_all, may_shrink=not any(map(_is_calculated, plan.actions)))
    return [sent for action in plan.actions for sent in send(shop, action)]


def _is_calculated(action: Action) -> bool:
    return not isinstance(action, Pay) and action.telling is Telling.CALCULATED


def send(shop: Shop, action: Action) -> Iterator[Sent]:
    """Do one action and tell of it; nothing where it makes no sense now."""
    match action:
        case Change():
            yield from _change(shop, action)
        case Redeem(revoked_as=str() as status, offers=(_,)):
            yield from _revoke(shop, action, status)
        case Redeem():
            yield from redeem(shop, action)
        case RollBack() if shop.may_roll_back(action.name):
            yield from _roll_back(shop, action)
        case Pay(kind="refunded"):
            yield from _refund(shop, action)
        case Pay():
            yield from _pay(shop, action)


def _change(shop: Shop, action: Change) -> Iterator[Sent]:
    before = shop.money
    shop.books.stated = action.amount
    shop.take(action.cart, action.telling)
    order = shop.order(action.telling, action.style, action.status)
    fixed = {"order.paid": "PAID", "order.canceled": "CANCELED"}.get(action.type)
    shop.payments.status = fixed or action.status or shop.payments.status
    shop.payments.update_status(before, shop.books.total)
    yield shop.event(action.type, {"order": order}, f"cart {action.telling}")


def _revoke(shop: Shop, action: Redeem, status: str) -> Iterator[Sent]:
    """Redeem and roll back within a moment: the rollback's event id is the smaller one."""
    before = shop.money
    (redeemed,) = redeem(shop, action)
    yield redeemed
    shop.books.roll_back(action.name)
    shop.payments.status = status  # that of a redemption after its own rollback does not count
    shop.payments.update_status(before, shop.books.total)
    rollback = {"id": f"rr_{action.name}", "redemption": action.name}
    data: Json = {"redemption_rollback": rollback, "order": BARE | {"status": status}}
    event = redeemed.event | {"type": "redemption.rollback.succeeded", "data": data}
    event["id"] = event["id"].replace("evt", "a_moment_before")
    yield shop.sent(event, "rollback in the moment of its redemption")


def _roll_back(shop: Shop, action: RollBack) -> Iterator[Sent]:
    children = shop.stacks.get(action.name, ())
    if action.tells_children and action.shape is not Shape.REQUEST:
        for child in children:
            rollback = _rollback(shop, f"rr_{child}", child)
            data: Json = {"redemption_rollback": rollback, "order": BARE}
            yield shop.event("redemption.rollback.succeeded", data, "rollback of a child")
    before = shop.money
    shop.books.roll_back(action.name)
    shop.take(action.cart, action.telling)
    order = shop.order(action.telling, action.style, action.status)
    if action.status or not shop.books.in_force:
        shop.payments.status = action.status or "CANCELED"
    shop.payments.update_status(before, shop.books.total)
    own = _rollback(shop, f"rr_{action.name}", action.name)
    data = {"redemption_rollback": own, "order": order}
    if action.shape is Shape.INSIDE:
        data = {"redemption_rollback": own | {"order": order}}
    elif action.shape is Shape.REQUEST and children:
        each = [_rollback(shop, f"rr_{child}", child) for child in children]
        data = {"rollbacks": each, "parent_rollback": own, "order": order}
    elif action.shape is Shape.REQUEST:
        data = {"rollbacks": [own], "order": order}
    features = (f"rollback {action.telling}", f"rollback {action.shape}")
    yield shop.event("redemption.rollback.succeeded", data, *features)


def _rollback(shop: Shop, name: str, redemption: str) -> Json:
    return {"id": name, "date": shop.now, "redemption": redemption}


def _pay(shop: Shop, action: Pay) -> Iterator[Sent]:
    if action.name in shop.payments.paid:
        return
    before = shop.money
    amount = (shop.books.total or 100) * action.hundredths // 100
    shop.payments.pay(action.name, action.kind, amount, shop.books.total)
    shop.payments.update_status(before, shop.books.total)
    payment = {"id": action.name, "order_id": "ord_1", "amount": amount, "date": shop.now}
    yield shop.event(f"payment.{action.kind}", {"payment": payment}, f"payment {action.kind}")


def _refund(shop: Shop, action: Pay) -> Iterator[Sent]:
    paid = shop.payments.paid.get(action.name, 0)
    amount = (paid - shop.payments.refunded.get(action.name, 0)) * action.hundredths // 100
    if not amount:
        return
    before = shop.money
    shop.payments.refund(action.name, amount)
    shop.payments.update_status(before, shop.books.total)
    payment = {"id": action.name, "order_id": "ord_1", "amount": paid}
    refund = {"id": f"ref_{shop.minute}", "amount": amount, "date": shop.now}
    yield shop.event("payment.refunded", {"payment": payment, "refund": refund}, "refund")
