"""Strategies for histories of one order: every kind of event, with clashing ids and times."""

from typing import Any

from hypothesis import strategies as st

from order_projector.events.outcome import Accepted
from tests.support.events import Json, at, read

MINUTES = st.integers(0, 5)
NAMES = st.sampled_from("abc")
EVENT_NAMES = st.sampled_from(["evt_1", "evt_2", "evt_3", "evt_4", "evt_5", "evt_6"])
CENTS = st.sampled_from([0, 1, 99, 250, 1000, 3333])
CURRENCIES = st.sampled_from(["USD", "USD", "usd", "EUR"])
STATUSES = st.sampled_from(["CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED", None])
METADATA = st.dictionaries(
    st.sampled_from(["a.b", "$c", "é"]),
    st.sampled_from([None, 1, True, 1.0, -0.5, "x", [None], {"n": None}]),
    max_size=2,
)
PRODUCTS: st.SearchStrategy[Json] = st.sampled_from(
    [
        {"product_id": "mug", "price": 1000},
        {"product_id": "cup", "price": 300},
        {"product_id": "cup", "sku_id": "red", "price": 333},
        {"source_id": "mug", "related_object": "product", "price": 999},
        {"product_id": "shipping"},
        {"price": 70},
    ]
)
DISCOUNTS = st.sampled_from(
    [
        {"type": "PERCENT", "percent_off": 12.5, "effect": "APPLY_TO_ORDER"},
        {"type": "PERCENT", "percent_off": 33, "effect": "APPLY_TO_ITEMS"},
        {"type": "AMOUNT", "amount_off": 450, "effect": "APPLY_TO_ITEMS_PROPORTIONALLY"},
        {"type": "AMOUNT", "amount_off": 5000},
        {"type": "FIXED", "fixed_amount": 700, "effect": "APPLY_TO_ORDER"},
        {"type": "UNIT", "unit_off": 2, "unit_type": "cup", "effect": "ADD_NEW_ITEMS"},
        {"type": "UNIT", "unit_off": 1, "unit_type": "mug", "effect": "ADD_MISSING_ITEMS"},
    ]
)
VOUCHERS = st.one_of(
    st.builds(lambda it: {"voucher": {"id": "v_1", "discount": it}}, DISCOUNTS),
    st.just({"voucher": {"id": "v_2", "gift": {"credits": 500}}}),
    st.just({"promotion_tier": {"id": "promo_1"}}),
    st.just({}),
)


@st.composite
def items(draw: st.DrawFn, *, calculated: bool) -> list[Json]:
    """Draw some items, with the discounts that the sender applied if it calculated them."""
    products = draw(st.lists(PRODUCTS, max_size=3))
    return [
        product | {"quantity": draw(st.integers(0, 3))} | draw(_applied(calculated=calculated))
        for product in products
    ]


def _applied(*, calculated: bool) -> st.SearchStrategy[Json]:
    if not calculated:
        return st.just({})
    free = st.fixed_dictionaries(
        {"initial_quantity": st.integers(0, 2), "discount_quantity": st.integers(0, 2)}
    )
    off = st.builds(lambda cents: {"applied_discount_amount": cents}, CENTS)
    in_all = st.builds(lambda cents: {"discount_amount": cents}, CENTS)
    return st.one_of(
        st.just({}),
        off,
        in_all,
        st.builds(lambda a, b: {**a, **b}, off, free),
        st.builds(lambda a, b, c: {**a, **b, **c}, off, free, in_all),
    )


@st.composite
def orders(draw: st.DrawFn) -> Json:
    """Draw an order of an event: by its id only, priced here, or calculated by the sender."""
    order: Json = {"id": "ord_1"}
    shape = draw(st.sampled_from(["id", "priced", "calculated"]))
    if shape == "id":
        return order
    order |= {"status": draw(STATUSES), "items": draw(items(calculated=shape == "calculated"))}
    if draw(st.booleans()):
        order |= {"metadata": draw(METADATA), "customer_id": draw(NAMES), "amount": draw(CENTS)}
    if draw(st.booleans()):
        order |= {"created_at": at(draw(MINUTES)), "updated_at": at(draw(MINUTES))}
    if shape == "calculated":
        order |= {"total_amount": draw(CENTS), "applied_discount_amount": draw(CENTS)}
        if draw(st.booleans()):
            order |= {"discount_amount": draw(CENTS), "items_discount_amount": draw(CENTS)}
    if draw(st.integers(0, 4)) == 0:
        order["redemptions"] = {draw(NAMES): {"stacked": draw(st.lists(NAMES, max_size=3))}}
    return order


@st.composite
def redemptions(draw: st.DrawFn, *, dated: bool = True) -> Json:
    """Draw a redemption, which can be a child or a failed one."""
    own: Json = {"id": draw(NAMES), "order": draw(st.none() | orders()), **draw(VOUCHERS)}
    if dated and draw(st.booleans()):
        own["date"] = at(draw(MINUTES))
    if draw(st.booleans()):
        own["redemption"] = draw(NAMES)
    if draw(st.integers(0, 5)) == 0:
        own["result"] = "FAILURE"
    return own


@st.composite
def payloads(draw: st.DrawFn) -> tuple[str, Json]:
    """Draw the type and data of an event."""
    kinds = ["one", "one", "request", "rollback", "rollbacks", "payment", "order", "void"]
    match draw(st.sampled_from(kinds)):
        case "payment":
            return draw(_payments())
        case "void":
            return "event.voided", {"order": {"id": "ord_1"}, "voids": draw(EVENT_NAMES)}
        case "order":
            name = draw(st.sampled_from(["created", "updated", "paid", "canceled", "processing"]))
            return f"order.{name}", {"order": draw(orders())}
        case kind:
            whole = {} if draw(st.integers(0, 4)) == 0 else {"order": draw(orders())}
            what = "redemption.rollback" if kind.startswith("rollback") else "redemption"
            return f"{what}.succeeded", draw(_SHAPES[kind]()) | whole


@st.composite
def _one(draw: st.DrawFn) -> Json:
    return {"redemption": draw(redemptions())}


@st.composite
def _request(draw: st.DrawFn) -> Json:
    each = draw(st.lists(redemptions(), min_size=1, max_size=3))
    return {"redemptions": each, "parent_redemption": draw(st.none() | redemptions())}


@st.composite
def _rollback(draw: st.DrawFn) -> Json:
    return {"redemption_rollback": draw(_rollbacks())}


@st.composite
def _rollback_request(draw: st.DrawFn) -> Json:
    each = draw(st.lists(_rollbacks(), min_size=1, max_size=2))
    return {"rollbacks": each, "parent_rollback": draw(st.none() | _rollbacks())}


_SHAPES = {
    "one": _one,
    "request": _request,
    "rollback": _rollback,
    "rollbacks": _rollback_request,
}


@st.composite
def _rollbacks(draw: st.DrawFn) -> Json:
    own = {"id": draw(NAMES), "redemption": draw(NAMES)}
    return own | ({"date": at(draw(MINUTES))} if draw(st.booleans()) else {})


@st.composite
def _payments(draw: st.DrawFn) -> tuple[str, Json]:
    kinds = ["authorized", "succeeded", "failed", "canceled", "refunded"]
    kind = draw(st.sampled_from(kinds))
    payment = {"id": draw(NAMES), "order_id": "ord_1", "amount": draw(CENTS)}
    data: dict[str, Any] = {"payment": payment}
    if draw(st.booleans()):
        payment |= {"date": at(draw(MINUTES)), "currency": draw(CURRENCIES)}
    if kind == "succeeded" and draw(st.booleans()):
        data["capture"] = {"id": draw(NAMES), "amount": draw(CENTS)}
    if kind == "refunded":
        data["refund"] = {"id": draw(NAMES), "amount": draw(CENTS)}
    return f"payment.{kind}", data


@st.composite
def events(draw: st.DrawFn) -> Json:
    """Draw an event; ids and minutes are few, so that many clash."""
    return _enveloped(draw, *draw(payloads()))


def _enveloped(draw: st.DrawFn, kind: str, data: Json) -> Json:
    return {
        "id": draw(EVENT_NAMES),
        "type": kind,
        "created_at": at(draw(MINUTES)),
        "data": data,
    }


@st.composite
def _kept(draw: st.DrawFn) -> list[Json]:
    """Draw a redemption and a rollback whose order's total still includes the discount."""
    name, cents = draw(NAMES), draw(st.sampled_from([99, 250]))
    order: Json = {"id": "ord_1", "amount": 1000, "total_amount": 1000 - cents}
    item = {"product_id": "mug", "price": 1000, "quantity": 1}
    if draw(st.booleans()):
        shown, own = {"discount_amount": cents}, {"applied_discount_amount": cents}
        applied = order | shown | own | {"items": [item]}
        order |= shown | {"items": [item]}
    else:
        applied = order | {"items": [item | {"applied_discount_amount": cents}]}
        order |= {"items": [item | {"discount_amount": cents}]}
    redemption: Json = {"redemption": {"id": name}, "order": applied}
    rollback: Json = {
        "redemption_rollback": {"id": draw(NAMES), "redemption": name},
        "order": order | {"status": draw(STATUSES)},
    }
    return [
        _enveloped(draw, "redemption.succeeded", redemption),
        _enveloped(draw, "redemption.rollback.succeeded", rollback),
    ]


@st.composite
def _bounced(draw: st.DrawFn) -> list[Json]:
    """Draw a payment that succeeds and fails."""
    payment = {"id": draw(NAMES), "order_id": "ord_1", "amount": draw(CENTS)}
    return [
        _enveloped(draw, f"payment.{kind}", {"payment": payment})
        for kind in ("succeeded", "failed")
    ]


_PARTS: st.SearchStrategy[list[Json]] = st.one_of(
    events().map(lambda event: [event]),
    events().map(lambda event: [event]),
    events().map(lambda event: [event]),
    _kept(),
    _bounced(),
)
HISTORIES = (
    st.lists(_PARTS, min_size=1, max_size=7)
    .map(lambda parts: [event for part in parts for event in part][:8])
    .filter(lambda history: any(isinstance(read(event), Accepted) for event in history))
)
"""Some events of a history may concern no order; at least one does."""
