"""Caps, rounding, splits and the order of discounts, to the cent."""

import pytest

from tests.support.events import Json
from tests.support.priced import cart, coupon, gift, item, off, one_by_one, product, stacked

ITEMS = "APPLY_TO_ITEMS"
SPLIT = "APPLY_TO_ITEMS_PROPORTIONALLY"
BY_QUANTITY = "APPLY_TO_ITEMS_BY_QUANTITY"


def lines(*amounts: int) -> Json:
    """Return a cart with one unit of `p0`, `p1` ... for each amount."""
    return cart(*(item(f"p{nth}", amount) for nth, amount in enumerate(amounts)))


@pytest.mark.parametrize(
    ("amounts", "value", "expected"),
    [
        ([3300, 3400], 300, [148, 152]),
        ([100, 100, 100], 100, [34, 33, 33]),
        ([100, 100, 100], 200, [67, 67, 66]),
        ([100, 100, 400], 100, [17, 17, 66]),
        ([1, 999], 500, [1, 499]),
        ([1, 1, 1, 1, 1, 1, 1], 3, [1, 1, 1, 0, 0, 0, 0]),
        ([0, 500], 100, [0, 100]),
        ([300, 200], 900, [300, 200]),
        ([0, 0], 100, [0, 0]),
    ],
)
def test_a_split_is_exact_and_odd_cents_go_to_the_largest_fractions(
    amounts: list[int], value: int, expected: list[int]
) -> None:
    discount = coupon("AMOUNT", amount_off=value, effect=SPLIT)
    assert off(lines(*amounts), *one_by_one(discount)) == [*expected, 0]


@pytest.mark.parametrize(
    ("quantities", "value", "expected"),
    [([2, 3, 3], 1000, [250, 375, 375]), ([1, 1, 1], 100, [34, 33, 33]), ([5, 1], 100, [83, 17])],
)
def test_a_split_by_quantity_counts_units(
    quantities: list[int], value: int, expected: list[int]
) -> None:
    raw = cart(*(item(f"p{nth}", 1000, units) for nth, units in enumerate(quantities)))
    discount = coupon("AMOUNT", amount_off=value, effect=f"{SPLIT}_BY_QUANTITY")
    assert off(raw, *one_by_one(discount)) == [*expected, 0]


TEN = coupon("PERCENT", percent_off=10)
TEN_OFF_ITEMS = coupon("PERCENT", percent_off=10, effect=ITEMS)
HUNDRED = coupon("AMOUNT", amount_off=100)


@pytest.mark.parametrize(
    ("amounts", "redeemables", "expected"),
    [
        pytest.param([1005], [TEN], [0, 101], id="100.5 is 101"),
        pytest.param([1005, 1005], [TEN_OFF_ITEMS], [101, 101, 0], id="each line by itself"),
        pytest.param([1004], [TEN], [0, 100], id="100.4 is 100"),
        pytest.param([1000], [TEN, TEN, TEN], [0, 271], id="each of what the last left"),
        pytest.param([1000], [TEN_OFF_ITEMS, TEN], [100, 90], id="items, then order"),
        pytest.param([1000], [TEN, TEN_OFF_ITEMS], [100, 100], id="order, then items in full"),
        pytest.param([1000], [TEN_OFF_ITEMS, TEN_OFF_ITEMS], [190, 0], id="items twice"),
        pytest.param([150], [HUNDRED, HUNDRED, HUNDRED], [0, 150], id="no more than the order"),
        pytest.param(
            [500, 500],
            [coupon("AMOUNT", amount_off=950), TEN_OFF_ITEMS],
            [50, 0, 950],
            id="items no more than the order has left",
        ),
        pytest.param(
            [500, 500],
            [coupon("AMOUNT", product("p0"), amount_off=800), coupon("AMOUNT", amount_off=800)],
            [500, 0, 500],
            id="a line no more than the line",
        ),
        pytest.param(
            [500, 500],
            [coupon("FIXED", fixed_amount=700), coupon("FIXED", fixed_amount=900), TEN],
            [0, 0, 370],
            id="a new price above what is left takes nothing",
        ),
        pytest.param(
            [500, 500],
            [TEN_OFF_ITEMS, coupon("FIXED", product("p0", price=300), effect=ITEMS)],
            [250, 50, 0],
            id="a new item price is against the price before discounts",
        ),
        pytest.param(
            [500, 500],
            [coupon("FIXED", product("p0", price=100), effect=ITEMS), TEN_OFF_ITEMS],
            [410, 50, 0],
            id="a percentage of a new price",
        ),
        pytest.param([1000], [gift(300), TEN, HUNDRED], [0, 470], id="credits, percent, amount"),
    ],
)
def test_each_discount_sees_the_order_as_the_earlier_left_it(
    amounts: list[int], redeemables: list[Json], expected: list[int]
) -> None:
    raw = lines(*amounts)
    assert off(raw, *one_by_one(*redeemables)) == expected
    assert off(raw, stacked(9, *redeemables)) == expected


ALL = {"object": "products_collection", "id": "pc_1", "order_item_indices": [0, 1]}


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        pytest.param(
            coupon("PERCENT", percent_off=50, amount_limit=300), [0, 0, 300], id="the order's limit"
        ),
        pytest.param(
            coupon("PERCENT", percent_off=50, amount_limit=900, aggregated_amount_limit=300),
            [0, 0, 300],
            id="the lower of two for the order",
        ),
        pytest.param(
            coupon("PERCENT", percent_off=50, amount_limit=300, effect=ITEMS),
            [300, 300, 0],
            id="the limit of each line",
        ),
        pytest.param(
            coupon(
                "PERCENT",
                ALL | {"amount_limit": 400, "aggregated_amount_limit": 600},
                percent_off=50,
                amount_limit=350,
                aggregated_amount_limit=700,
            ),
            [350, 250, 0],
            id="line limits, then combined ones",
        ),
        pytest.param(
            coupon(
                "AMOUNT",
                ALL | {"quantity_limit": 3, "aggregated_quantity_limit": 4, "amount_limit": 250},
                amount_off=100,
                effect=BY_QUANTITY,
            ),
            [250, 100, 0],
            id="units and cents",
        ),
        pytest.param(
            coupon("AMOUNT", ALL, amount_off=300, effect=BY_QUANTITY, aggregated_amount_limit=700),
            [700, 0, 0],
            id="each unit, combined",
        ),
        pytest.param(
            coupon("AMOUNT", amount_off=1000, aggregated_amount_limit=100, effect=SPLIT),
            [67, 33, 0],
            id="a split of what is allowed",
        ),
        pytest.param(
            coupon("FIXED", ALL | {"price": 400, "quantity_limit": 1}, effect=ITEMS),
            [100, 0, 0],
            id="one unit each at a new price",
        ),
        pytest.param(
            coupon(
                "PERCENT",
                product("p0", quantity_limit=2),
                product("p0", quantity_limit=1, amount_limit=30),
                percent_off=10,
            ),
            [30, 0, 0],
            id="two entries for one product",
        ),
    ],
)
def test_of_several_limits_the_lowest_discount_applies(discount: Json, expected: list[int]) -> None:
    """The lines have four units of 500, and five of 200."""
    raw = cart(item("p0", 500, 4), item("p1", 200, 5))
    assert off(raw, *one_by_one(discount)) == expected
