"""Histories of one order, generated: every kind of event, with clashes of ids and times."""

from typing import Any

from hypothesis import strategies as st

from tests.support.events import Json, at

MINUTES = st.integers(0, 5)
NAMES = st.sampled_from("abc")
CENTS = st.sampled_from([0, 1, 99, 250, 1000, 3333])
CURRENCIES = st.sampled_from(["USD", "USD", "usd", "EUR"])
STATUSES = st.sampled_from(["CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED", None])
EVENTS = ["evt_1", "evt_2", "evt_3", "evt_4", "evt_5", "evt_6"]
METADATA: st.SearchStrategy[Json | list[Any]] = st.just([]) | st.dictionaries(
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
SUMS: st.SearchStrategy[Json] = st.sampled_from(
    [
        {"amount": 1000, "discount_amount": 250, "applied_discount_amount": 250},
        {"amount": 1000, "discount_amount": 450, "applied_discount_amount": 200},
        {"amount": 1000},
    ]
)
"""Those of a sender whose numbers add up: what is seen first may be in mid-life."""
VOUCHERS = st.one_of(
    st.builds(lambda it: {"voucher": {"id": "v_1", "discount": it}}, DISCOUNTS),
    st.just({"voucher": {"id": "v_2", "gift": {"credits": 500}}}),
    st.just({"promotion_tier": {"id": "promo_1"}}),
    st.just({}),
)


@st.composite
def items(draw: st.DrawFn, *, calculated: bool) -> list[Json]:
    """Some items, with what a sender applied to them where it calculated them."""
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
    off = st.builds(
        lambda applied, carried: {
            "applied_discount_amount": applied,
            "discount_amount": applied + carried,
        },
        CENTS,
        CENTS,
    )
    return st.one_of(st.just({}), off, st.builds(lambda a, b: {**a, **b}, off, free))


@st.composite
def orders(draw: st.DrawFn) -> Json:
    """An order as an event gives it: by its id only, priced here or calculated by the sender."""
    order: Json = {"id": "ord_1"}
    shape = draw(st.sampled_from(["id", "priced", "calculated", "sums"]))
    if shape == "id":
        return order
    if shape == "sums":
        sums = draw(SUMS)
        total = sums["amount"] - sums.get("discount_amount", 0)
        return order | sums | {"total_amount": total, "status": draw(STATUSES)}
    order |= {"status": draw(STATUSES), "items": draw(items(calculated=shape == "calculated"))}
    if draw(st.booleans()):
        order |= {"metadata": draw(METADATA), "customer_id": draw(NAMES), "amount": draw(CENTS)}
    if draw(st.booleans()):
        order |= {"created_at": at(draw(MINUTES)), "updated_at": at(draw(MINUTES))}
    if shape == "calculated":
        order |= {"total_amount": draw(CENTS), "applied_discount_amount": draw(CENTS)}
        order |= {"discount_amount": draw(st.none() | CENTS)}
    if draw(st.integers(0, 4)) == 0:
        order["redemptions"] = {draw(NAMES): {"stacked": draw(st.lists(NAMES, max_size=3))}}
    return order


@st.composite
def redemptions(draw: st.DrawFn, *, dated: bool = True) -> Json:
    """One redemption, perhaps a child."""
    own: Json = {"id": draw(NAMES), "order": draw(st.none() | orders()), **draw(VOUCHERS)}
    if dated and draw(st.booleans()):
        own["date"] = at(draw(MINUTES))
    if draw(st.booleans()):
        own["redemption"] = draw(NAMES)
    return own


@st.composite
def payloads(draw: st.DrawFn) -> tuple[str, Json]:
    """The type and data of an event."""
    kinds = ["one", "one", "request", "rollback", "rollback", "rollbacks", "payment", "other"]
    data: Json
    match draw(st.sampled_from(kinds)):
        case "one":
            data = {"redemption": draw(redemptions()), "order": draw(orders())}
            return "redemption.succeeded", data
        case "request":
            each = draw(st.lists(redemptions(), min_size=1, max_size=3))
            each += draw(st.sampled_from([[], [], [{"id": "a", "result": "FAILURE"}]]))
            parent = draw(st.none() | redemptions())
            data = {"redemptions": each, "parent_redemption": parent, "order": draw(orders())}
            return "redemption.succeeded", data
        case "rollback":
            data = {"redemption_rollback": draw(_rollbacks()), "order": draw(orders())}
            return "redemption.rollback.succeeded", data
        case "rollbacks":
            data = {
                "rollbacks": draw(st.lists(_rollbacks(), min_size=1, max_size=2)),
                "parent_rollback": draw(st.none() | _rollbacks()),
                "order": draw(orders()),
            }
            return "redemption.rollback.succeeded", data
        case "payment":
            return draw(_payments())
        case _:
            return draw(st.one_of(_snapshots(), _voids()))


def _snapshots() -> st.SearchStrategy[tuple[str, Json]]:
    names = st.sampled_from(["created", "updated", "paid", "canceled", "processing"])
    return st.builds(lambda name, order: (f"order.{name}", {"order": order}), names, orders())


def _voids() -> st.SearchStrategy[tuple[str, Json]]:
    """Of an event that may be there, of itself, or of one that never is."""
    return st.sampled_from([*EVENTS, "evt_9"]).map(
        lambda voided: ("event.voided", {"order": {"id": "ord_1"}, "voids": voided})
    )


@st.composite
def _rollbacks(draw: st.DrawFn) -> Json:
    own: Json = {"id": draw(NAMES), "redemption": draw(NAMES), "order": draw(st.none() | orders())}
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
    """One event; few ids and few minutes, so that many clash."""
    kind, data = draw(payloads())
    name = draw(st.sampled_from(EVENTS))
    return {"id": name, "type": kind, "created_at": at(draw(MINUTES)), "data": data}


HISTORIES = st.lists(events(), min_size=1, max_size=7)
