"""How redemptions of an order are rolled back: as a whole, in part, once more, or kept."""

from order_projector.workload import payloads
from order_projector.workload.catalogue import Json
from order_projector.workload.order_builder import OrderBuilder, Request

_ROLLED_BACK = "redemption.rollback.succeeded"


def roll_back(builder: OrderBuilder, request: Request, *, at_once: bool) -> None:
    """Roll back a whole request; a stack in a single event if ``at_once``."""
    builder.requests.remove(request)
    builder.basket.take_back(request.applied)
    status = builder.rng.choices(("CANCELED", None, "PAID"), (45, 45, 10))[0]
    # Without its totals, nothing says what a redemption that was never sent had applied.
    order = _order(builder, status, complete=request.missed)
    _emit(builder, request, order, at_once=at_once or request.missed)
    remaining = len(builder.requests)
    builder.payments.rolled_back(builder.basket.total, status, remaining=remaining)


def roll_back_and_keep(builder: OrderBuilder, request: Request, *, at_once: bool) -> None:
    """Roll back a whole request, and leave its discounts on the order."""
    builder.requests.remove(request)
    status = builder.rng.choice((None, None, "PROCESSING"))
    order = _order(builder, status, complete=True)
    _emit(builder, request, order, at_once=at_once)
    builder.payments.described(builder.basket.total, status)


def roll_back_again(builder: OrderBuilder, request: Request) -> None:
    """Roll back a request that is rolled back already, which changes no discount."""
    status = builder.rng.choice((None, "CANCELED"))
    order = _order(builder, status)
    rollback = _rollback(builder, request.id, order)
    builder.emit(_ROLLED_BACK, {"redemption_rollback": rollback, "order": order})
    builder.payments.described(builder.basket.total, status)


def roll_back_one_child(builder: OrderBuilder, request: Request) -> None:
    """Roll back one redemption of a stack, which changes no discount."""
    child = builder.rng.choice(request.children)
    order = _order(builder, None)
    rollback = _rollback(builder, child.id, order)
    builder.emit(_ROLLED_BACK, {"redemption_rollback": rollback, "order": order})
    builder.payments.described(builder.basket.total, None)


def _order(builder: OrderBuilder, status: str | None, *, complete: bool = False) -> Json:
    """Return the order as a rollback's event gives it; a part of them names it only."""
    more: Json = {"status": status} if status else {}
    if not complete and builder.rng.random() < 0.3:
        return payloads.bare(builder.head) | more
    write = payloads.draft if builder.omits_totals else payloads.listed
    return write(builder.head, builder.basket, more)


def _rollback(builder: OrderBuilder, redemption: str, order: Json, later: int = 0) -> Json:
    return payloads.rolled_back(redemption, builder.new_id("rr"), builder.now + later, order)


def _emit(builder: OrderBuilder, request: Request, order: Json, *, at_once: bool) -> None:
    named = payloads.bare(builder.head)
    parent = _rollback(builder, request.id, order)
    children = [
        _rollback(builder, child.id, named, later=1 + n)
        for n, child in enumerate(request.children if request.stacked else ())
    ]
    if at_once and children:
        whole = {"rollbacks": children, "parent_rollback": parent, "order": order}
        builder.emit(_ROLLED_BACK, whole)
        return
    for child in children:
        builder.emit(_ROLLED_BACK, {"redemption_rollback": child, "order": named})
    builder.emit(_ROLLED_BACK, {"redemption_rollback": parent, "order": order})
    builder.now += len(children)
