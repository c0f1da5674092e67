"""Redemptions, single and stacked, and their rollbacks."""

from collections.abc import Iterator, Mapping
from typing import Final, Unpack

from order_projector.testing.calculated import Calculated, calculated_order
from order_projector.testing.checks import (
    Json,
    all_made,
    derived,
    given,
    identifier,
    known,
    made,
    present,
    text_in,
)
from order_projector.testing.event import Event, Stamp, after, build_event, usual
from order_projector.testing.orders import EventOptions, order_object
from order_projector.testing.redeemables import Redeemable

_REDEEMED: Final = 1
_ROLLED_BACK: Final = 6

_REDEEMABLE: Final = "percent_off() or another discount or card"


def redemption_succeeded(
    order_id: str,
    *,
    voucher: Redeemable | None = None,
    redemption: str | None = None,
    calculated: Calculated | None = None,
    **details: Unpack[EventOptions],
) -> Event:
    """Create a redemption of a voucher, a card or a promotion; ``redemption`` is its id.

    The worker prices it, unless its sender ``calculated`` it. By default its id is derived from
    order and voucher: the same voucher twice is the same redemption twice. Raises TypeError or
    ValueError naming what is wrong.
    """
    known(details, EventOptions.__annotations__, "redemption_succeeded")
    order = order_object(order_id, details)
    if voucher is not None:
        made("voucher", voucher, Redeemable, _REDEEMABLE)
    if calculated is not None:
        order = calculated_order(order, details.get("items", ()), calculated)
    usually = derived("r", order_id, *([voucher.name] if voucher else []))
    data = {"order": order, "redemption": {"id": given("redemption", redemption, usually)}}
    if voucher is not None:
        data["redemption"] |= voucher.redemption
        data |= voucher.stands_in
    return build_event("redemption.succeeded", order_id, data, details, usual(_REDEEMED))


def redemption_failed(order_id: str, **stamp: Unpack[Stamp]) -> Event:
    """Create a failed redemption: valid, but without any effect on the order."""
    known(stamp, Stamp.__annotations__, "redemption_failed")
    failed = {"id": derived("rf", identifier("order_id", order_id)), "result": "FAILURE"}
    data = {"order": {"id": order_id}, "redemption": failed}
    return build_event("redemption.failed", order_id, data, stamp, usual(_REDEEMED))


class StackOptions(EventOptions, total=False):
    """Options of a stack's event; ``redemption`` is the parent's id."""

    redemption: str
    promotion_stack: str


def stack_succeeded(
    order_id: str,
    *vouchers: Redeemable,
    calculated: Calculated | None = None,
    **options: Unpack[StackOptions],
) -> Event:
    """Create one event for several redeemables in one request.

    The children are ``<parent>_1``, ``<parent>_2`` and so on, applied in this order. The worker
    prices each of them, unless the sender ``calculated`` the request as a whole. Raises TypeError
    or ValueError naming what is wrong.
    """
    known(options, StackOptions.__annotations__, "stack_succeeded")
    parent, children = _stack(order_id, vouchers, options)
    order = order_object(order_id, options)
    if calculated is not None:
        order = calculated_order(order, options.get("items", ()), calculated)
    data = {"redemptions": children, "parent_redemption": parent, "order": order}
    if "promotion_stack" in options:
        data["promotion_stack"] = {"id": identifier("promotion_stack", options["promotion_stack"])}
    return build_event("redemption.succeeded", order_id, data, options, usual(_REDEEMED))


def stack_in_parts(
    order_id: str, *vouchers: Redeemable, **options: Unpack[StackOptions]
) -> tuple[Event, ...]:
    """Create the same stack as one event for each child, followed by the parent's own.

    Raises TypeError or ValueError naming what is wrong.
    """
    known(options, StackOptions.__annotations__, "stack_in_parts")
    if "event_id" in options:
        raise TypeError("event_id: these are several events, each with an id of its own")
    parent, children = _stack(order_id, vouchers, options)
    bodies: list[Json] = [{"redemption": child} for child in children]
    bodies.append({"redemption": parent | {"stacked": [child["id"] for child in children]}})
    if "promotion_stack" in options:
        stack = identifier("promotion_stack", options["promotion_stack"])
        bodies[-1]["promotion_stack"] = {"id": stack}
    first = order_object(order_id, options)
    orders = [first, *({"id": order_id} for _ in bodies[1:])]
    return tuple(
        build_event(
            "redemption.succeeded", order_id, {"order": order, **body}, options, usual(_REDEEMED)
        )
        for order, body in zip(orders, bodies, strict=True)
    )


def _stack(
    order_id: str, vouchers: tuple[Redeemable, ...], options: StackOptions
) -> tuple[Json, list[Json]]:
    if len(vouchers) < 2:
        raise ValueError("vouchers: a stack has two or more; redemption_succeeded() takes one")
    redeemed = all_made("vouchers", vouchers, Redeemable, _REDEEMABLE)
    names = (voucher.name for voucher in redeemed)
    usually = derived("r", identifier("order_id", order_id), "stack", *names)
    parent = given("redemption", options.get("redemption"), usually)
    children = [
        {
            "id": f"{parent}_{number}",
            "redemption": parent,
            **voucher.redemption,
            **voucher.stands_in,
        }
        for number, voucher in enumerate(vouchers, start=1)
    ]
    return {"id": parent}, children


class RollbackOptions(EventOptions, total=False):
    """Options of a rollback's event; ``rollback`` is its id."""

    rollback: str
    reason: str


def rollback_succeeded(
    of: Event | str, *, redemption: str | None = None, **options: Unpack[RollbackOptions]
) -> Event:
    """Roll back what an event has redeemed, a stack as a whole; by default after that event.

    If ``of`` is an order id, ``redemption`` names what is rolled back. Raises TypeError or
    ValueError naming what is wrong.
    """
    known(options, RollbackOptions.__annotations__, "rollback_succeeded")
    order_id, parent, children = _redeemed(of, redemption)
    name = given("rollback", options.get("rollback"), derived("r", "rollback", parent))
    order = order_object(order_id, options)
    own = present(id=name, redemption=parent, reason=text_in(options, "reason"))
    data: Json = {"redemption_rollback": own, "order": order}
    if children:
        undone = [
            {"id": f"{name}_{number}", "redemption": child}
            for number, child in enumerate(children, start=1)
        ]
        data = {"rollbacks": undone, "parent_rollback": own, "order": order}
    return build_event("redemption.rollback.succeeded", order_id, data, options, _later_than(of))


def rollback_failed(of: Event | str, **stamp: Unpack[Stamp]) -> Event:
    """Create a failed rollback: valid, but without any effect on the order."""
    known(stamp, Stamp.__annotations__, "rollback_failed")
    order_id = _order_of(of)
    failed = {"id": derived("rrf", order_id), "result": "FAILURE"}
    data = {"order": {"id": order_id}, "redemption_rollback": failed}
    return build_event("redemption.rollback.failed", order_id, data, stamp, _later_than(of))


def _redeemed(of: Event | str, redemption: str | None) -> tuple[str, str, list[str]]:
    """Return the ids of the order, of the redemption to roll back, and of its children."""
    order_id = _order_of(of)
    if isinstance(of, str):
        if redemption is None:
            raise TypeError("redemption: needed to say what is undone")
        return order_id, identifier("redemption", redemption), []
    if of.type != "redemption.succeeded":
        raise ValueError(f"of: {of.type} redeems nothing that could be undone")
    if redemption is not None:
        raise TypeError("redemption: the event already names the redemption")
    return order_id, *_names(of.data)


def _order_of(of: object) -> str:
    match of:
        case Event():
            return of.order_id
        case str():
            return identifier("of", of)
        case _:
            raise TypeError(f"of: {of!r} should be an event or an order id")


def _names(data: Mapping[str, Json]) -> tuple[str, list[str]]:
    if "parent_redemption" in data:
        return data["parent_redemption"]["id"], list(_ids(data["redemptions"]))
    own = data["redemption"]
    return own.get("redemption") or own["id"], own.get("stacked", [])


def _ids(children: object) -> Iterator[str]:
    if isinstance(children, list):
        yield from (child["id"] for child in children)


def _later_than(of: Event | str) -> str:
    if isinstance(of, str):
        return usual(_ROLLED_BACK)
    return max(usual(_ROLLED_BACK), after(of.created_at, 1))
