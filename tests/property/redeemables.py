"""Strategies for carts, and for what can be redeemed on them."""

from typing import TypeVar

from hypothesis import strategies as st

from order_projector.domain.cart import Cart, Line
from order_projector.domain.redeemables import (
    Coin,
    Discount,
    DiscountTarget,
    Gift,
    Points,
    Redeemable,
    UnitOff,
)

T = TypeVar("T")

NAMES = st.sampled_from(["A", "B", "C", "D"])
SKUS = st.sampled_from(["sku_1", "sku_2", "sku_3"])
CENTS = st.integers(0, 3000)
FEW = st.integers(0, 5)
PERCENTS = st.sampled_from(["0", "3", "10", "12.5", "33.333", "50", "99.9", "100", "250"])


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


@st.composite
def order_lines(draw: st.DrawFn) -> Line:
    quantity = draw(st.integers(0, 5))
    unit = draw(maybe(CENTS))
    amount = None if unit is None else unit * quantity + draw(st.sampled_from([0, 0, 0, 7]))
    return Line(
        quantity,
        amount,
        unit if draw(st.booleans()) else None,
        product_id=draw(maybe(NAMES)),
        sku_id=draw(maybe(SKUS)),
    )


@st.composite
def carts(draw: st.DrawFn) -> Cart:
    lines = draw(st.lists(order_lines(), max_size=6))
    costs = sum(line.amount or 0 for line in lines)
    discrepancy = draw(st.just(0) | st.integers(-costs, 100)) if costs else 0
    return Cart.of(lines, draw(maybe(st.integers(0, 9000))), discrepancy)


TARGETS = st.builds(
    DiscountTarget,
    object=st.sampled_from(["product", "sku", "products_collection", None]),
    id=NAMES | SKUS,
    price=maybe(CENTS),
    effect=maybe(
        st.sampled_from(
            [
                "APPLY_TO_EVERY",
                "APPLY_TO_CHEAPEST",
                "APPLY_FROM_CHEAPEST",
                "APPLY_TO_MOST_EXPENSIVE",
                "APPLY_FROM_MOST_EXPENSIVE",
            ]
        )
    ),
    quantity_limit=maybe(FEW),
    aggregated_quantity_limit=maybe(FEW),
    amount_limit=maybe(CENTS),
    aggregated_amount_limit=maybe(CENTS),
    order_item_indices=maybe(st.lists(FEW, max_size=3).map(tuple)),
    order_item_units=maybe(st.lists(st.tuples(FEW, FEW), max_size=3).map(tuple)),
    target=maybe(st.sampled_from(["ITEM", "UNIT"])),
    skip_initially=maybe(st.integers(0, 2)),
    repeat=maybe(st.integers(0, 3)),
)
TARGET_LISTS = st.lists(TARGETS, max_size=3).map(tuple)
CATALOGUE = st.builds(lambda name, cost: {"id": name, "price": cost}, NAMES, CENTS)
UNITS = st.builds(
    UnitOff,
    unit_off=FEW,
    unit_type=NAMES | SKUS,
    effect=maybe(st.sampled_from(["ADD_MISSING_ITEMS", "ADD_NEW_ITEMS"])),
    product=maybe(CATALOGUE),
)
DISCOUNTS = st.builds(
    Discount,
    type=st.sampled_from(["AMOUNT", "PERCENT", "FIXED"]),
    effect=maybe(
        st.sampled_from(
            [
                "APPLY_TO_ORDER",
                "APPLY_TO_ITEMS",
                "APPLY_TO_ITEMS_BY_QUANTITY",
                "APPLY_TO_ITEMS_PROPORTIONALLY",
                "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
            ]
        )
    ),
    amount_off=CENTS,
    percent_off=PERCENTS,
    fixed_amount=CENTS,
    amount_limit=maybe(CENTS),
    aggregated_amount_limit=maybe(CENTS),
    applicable_to=maybe(TARGET_LISTS),
    inapplicable_to=TARGET_LISTS,
)
UNIT_DISCOUNTS = st.builds(
    Discount,
    type=st.just("UNIT"),
    effect=st.sampled_from(
        [
            "ADD_MISSING_ITEMS",
            "ADD_NEW_ITEMS",
            "ADD_MANY_ITEMS",
            "ADD_SAME_ITEMS",
            "REPLACE_ITEMS",
        ]
    ),
    units=st.lists(UNITS, min_size=1, max_size=3).map(tuple),
    applicable_to=TARGET_LISTS,
)
GIFTS = st.builds(
    Gift, CENTS, maybe(st.sampled_from(["APPLY_TO_ORDER", "APPLY_TO_ITEMS"])), TARGET_LISTS
)
COINS = st.builds(Coin, maybe(st.just("2.5")), maybe(st.just("3")))
POINTS = st.builds(Points, FEW, maybe(COINS))
REDEEMABLES: st.SearchStrategy[Redeemable] = DISCOUNTS | UNIT_DISCOUNTS | GIFTS | POINTS
ADDING = st.builds(
    Discount,
    type=st.just("UNIT"),
    effect=st.sampled_from(["ADD_MISSING_ITEMS", "ADD_NEW_ITEMS"]),
    units=st.lists(UNITS, min_size=2, max_size=6).map(tuple),
)
