"""Where a discount may name the products that it covers, and in which form."""

import pytest

from tests.support.events import Json, order_of, redeemed
from tests.support.priced import by_source, cart, item, off, one_by_one, product, sku

ITEMS = "APPLY_TO_ITEMS"
TEN_OFF = {"type": "AMOUNT", "amount_off": 10, "effect": ITEMS}
# Three lines of 100: `a`, `b` and `c`.
CART = cart(item("a", 100), item("b", 100), item("c", 100))


def listed(*entries: Json) -> Json:
    return {"object": "list", "data_ref": "data", "data": list(entries), "total": len(entries)}


ONLY_B = listed(product("b"))
VOUCHER = {"id": "v_1", "discount": TEN_OFF}
TIER: Json = {"id": "promo_1", "action": {"discount": TEN_OFF}}

PLACES: dict[str, Json] = {
    "in the discount": {"voucher": {"id": "v", "discount": TEN_OFF | {"applicable_to": ONLY_B}}},
    "beside the discount": {"voucher": VOUCHER | {"applicable_to": ONLY_B}},
    "beside the voucher": {"voucher": VOUCHER, "applicable_to": ONLY_B},
    "beside the voucher of the redemption": {"own": {"voucher": VOUCHER, "applicable_to": ONLY_B}},
    "beside the discount of the redemption": {
        "own": {"voucher": VOUCHER | {"applicable_to": ONLY_B}}
    },
    "in data, the voucher being the redemption's": {
        "own": {"voucher": VOUCHER},
        "applicable_to": ONLY_B,
    },
    "beside the same voucher in data, which the redemption tells in short": {
        "own": {"voucher": VOUCHER},
        "voucher": VOUCHER | {"applicable_to": ONLY_B},
    },
    "beside the tier": {"promotion_tier": TIER, "applicable_to": ONLY_B},
    "in the tier": {"promotion_tier": TIER | {"applicable_to": ONLY_B}},
    "in the tier's action": {
        "promotion_tier": {"id": "p", "action": TIER["action"] | {"applicable_to": ONLY_B}}
    },
    "in the tier's discount": {
        "promotion_tier": {
            "id": "p",
            "action": {"discount": TEN_OFF | {"applicable_to": ONLY_B}},
        }
    },
    "beside the tier of the redemption": {"own": {"promotion_tier": TIER, "applicable_to": ONLY_B}},
    "as a plain list": {"voucher": VOUCHER | {"applicable_to": [product("b")]}},
    **{
        f"behind {absent!r}, which is not given": {
            "voucher": VOUCHER | {"applicable_to": absent},
            "applicable_to": ONLY_B,
        }
        for absent in ({}, [], [None], {"data": None})
    },
}


@pytest.mark.parametrize("data", PLACES.values(), ids=PLACES)
def test_the_products_covered_are_found_where_they_stand(data: Json) -> None:
    assert off(CART, *one_by_one(data)) == [0, 10, 0, 0]


@pytest.mark.parametrize("data", PLACES.values(), ids=PLACES)
def test_the_products_excluded_are_found_where_they_stand(data: Json) -> None:
    assert off(CART, *one_by_one(_excluding(data))) == [10, 0, 10, 0]


def _excluding(value: Json) -> Json:
    """Return the same with ``inapplicable_to`` instead of ``applicable_to``."""
    return {
        "in" + key if key == "applicable_to" else key: _excluding(it)
        if isinstance(it, dict)
        else it
        for key, it in value.items()
    }


TEN_PERCENT = {"type": "PERCENT", "percent_off": 10}
AN_EFFECT_ON_ITEMS: dict[str, Json] = {
    "AMOUNT": TEN_OFF,
    "AMOUNT by quantity": TEN_OFF | {"effect": "APPLY_TO_ITEMS_BY_QUANTITY"},
    "AMOUNT in proportion": TEN_OFF | {"effect": "APPLY_TO_ITEMS_PROPORTIONALLY"},
    "PERCENT": TEN_PERCENT | {"effect": ITEMS},
    "FIXED": {"type": "FIXED", "fixed_amount": 90, "effect": ITEMS},
}


@pytest.mark.parametrize("discount", AN_EFFECT_ON_ITEMS.values(), ids=AN_EFFECT_ON_ITEMS)
def test_an_effect_on_items_that_is_named_covers_no_line_of_an_empty_list(discount: Json) -> None:
    lists: tuple[Json, ...] = (listed(), {"data": []}, {"data": [None]})
    for empty in lists:
        for voucher in (
            {"discount": discount | {"applicable_to": empty}, "applicable_to": ONLY_B},
            {"discount": discount, "applicable_to": empty},
        ):
            beside = {"voucher": voucher, "applicable_to": ONLY_B}
            assert off(CART, *one_by_one(beside)) == [0, 0, 0, 0]
        promotion = {"promotion_tier": {"action": {"discount": discount}, "applicable_to": empty}}
        assert off(CART, *one_by_one(promotion)) == [0, 0, 0, 0]


@pytest.mark.parametrize("discount", AN_EFFECT_ON_ITEMS.values(), ids=AN_EFFECT_ON_ITEMS)
@pytest.mark.parametrize("absent", [{}, [], None, {"data": None}])
def test_an_object_without_a_list_is_not_given(discount: Json, absent: object) -> None:
    everywhere = {"voucher": {"discount": discount, "applicable_to": absent}}
    taken = off(CART, *one_by_one(everywhere))
    assert sum(taken) == (10 if "PROPORTIONALLY" in discount["effect"] else 30)
    elsewhere = {"voucher": {"discount": discount | {"applicable_to": absent}}}
    elsewhere["voucher"]["applicable_to"] = ONLY_B
    assert off(CART, *one_by_one(elsewhere)) == [0, 10, 0, 0]


def test_an_effect_that_is_not_named_is_that_on_the_order_where_the_list_is_empty() -> None:
    empty: Json = {"voucher": {"discount": TEN_PERCENT, "applicable_to": listed()}}
    assert off(CART, *one_by_one(empty)) == [0, 0, 0, 30]


def test_what_is_excluded_is_the_discounts_list_where_it_is_given_else_the_vouchers() -> None:
    voucher = {"discount": TEN_OFF | {"inapplicable_to": listed()}, "inapplicable_to": ONLY_B}
    assert off(CART, *one_by_one({"voucher": voucher})) == [10, 10, 10, 0]
    voucher = {"discount": TEN_OFF | {"inapplicable_to": []}, "inapplicable_to": ONLY_B}
    assert off(CART, *one_by_one({"voucher": voucher})) == [10, 0, 10, 0]


def test_the_products_of_one_child_are_not_those_of_another() -> None:
    first = {"id": "r_1", "voucher": VOUCHER, "applicable_to": ONLY_B}
    second = {"id": "r_2", "voucher": VOUCHER | {"id": "v_2"}}
    stack = redeemed(1, "r_0", order={"id": "ord_1"})
    stack["data"] = {"redemptions": [first, second], "order": {"id": "ord_1"}}
    assert off(CART, stack) == [10, 20, 10, 0]


# One product in three SKUs, and lines that the shop names by its own names.
NAMED = cart(
    item("prod_p", 100, sku_id="sku_red"),
    item("prod_p", 100, sku_id="sku_blue"),
    item("prod_p", 100),
    by_source("p", 100),
    by_source("red", 100, 1, "sku"),
    item(None, 100, sku={"id": "sku_red", "source_id": "red"}, product={"id": "prod_p"}),
)


@pytest.mark.parametrize(
    ("entry", "covered"),
    [
        (product("prod_p"), [0, 1, 2, 5]),
        (product("prod_p", source_id="p"), [0, 1, 2, 3, 5]),
        (product("p"), [3]),
        ({"object": "product", "source_id": "p"}, [3]),
        (sku("sku_red"), [0, 5]),
        (sku("sku_red", source_id="red"), [0, 4, 5]),
        (sku("red", product_id="prod_p"), [4, 5]),
        ({"object": "products_collection", "id": "pc_1", "order_item_indices": [3, 1]}, [1, 3]),
        (product("prod_p", order_item_indices=[2]), [2]),
    ],
)
def test_an_entry_covers_lines_by_index_or_else_by_each_of_their_names(
    entry: Json, covered: list[int]
) -> None:
    discount = {"voucher": VOUCHER, "applicable_to": listed(entry)}
    assert off(NAMED, *one_by_one(discount)) == [*(10 * (i in covered) for i in range(6)), 0]


PRICES = cart(item("a", 300), item("b", 100), item("c", 200, 2), item("d", 100))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, [10, 10, 10, 10]),
        ({"effect": "APPLY_TO_EVERY", "repeat": 2}, [10, 0, 10, 0]),
        ({"effect": "APPLY_TO_EVERY", "skip_initially": 3}, [0, 0, 0, 10]),
        ({"effect": "APPLY_TO_CHEAPEST"}, [0, 10, 0, 0]),
        ({"effect": "APPLY_TO_CHEAPEST", "skip_initially": 1}, [0, 0, 0, 10]),
        ({"effect": "APPLY_TO_MOST_EXPENSIVE"}, [10, 0, 0, 0]),
        ({"effect": "APPLY_FROM_CHEAPEST", "repeat": 3}, [10, 10, 0, 0]),
        ({"effect": "APPLY_FROM_MOST_EXPENSIVE", "skip_initially": 1}, [0, 10, 10, 10]),
        ({"effect": "APPLY_FROM_CHEAPEST", "skip_initially": 9}, [0, 0, 0, 0]),
    ],
)
def test_the_cheapest_and_the_dearest_are_found_by_unit_price_over_all_entries(
    said: Json, expected: list[int]
) -> None:
    """Units cost 300, 100, 200 and 100; of two equal lines, the earlier one comes first."""
    entries = listed(*(product(name, **said) for name in "abcd"))
    discount = {"voucher": VOUCHER, "applicable_to": entries}
    assert off(PRICES, *one_by_one(discount)) == [*expected, 0]


BY_UNIT = {"type": "AMOUNT", "amount_off": 10, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"}
ROWS = cart(item("a", 300, 3), item("b", 100, 2))


@pytest.mark.parametrize(
    ("discount", "said", "expected"),
    [
        (BY_UNIT, {}, [30, 20]),
        (BY_UNIT, {"skip_initially": 1, "repeat": 3}, [10, 10]),
        (BY_UNIT, {"skip_initially": 4}, [0, 10]),
        (BY_UNIT, {"skip_initially": 5}, [0, 0]),
        (BY_UNIT, {"effect": "APPLY_FROM_CHEAPEST", "repeat": 2}, [20, 10]),
        (BY_UNIT, {"effect": "APPLY_TO_CHEAPEST"}, [0, 10]),
        (BY_UNIT, {"effect": "APPLY_TO_MOST_EXPENSIVE"}, [10, 0]),
        (BY_UNIT, {"quantity_limit": 1}, [10, 10]),
        (BY_UNIT, {"repeat": 2, "aggregated_quantity_limit": 1}, [10, 10]),
        ({"type": "PERCENT", "percent_off": 10}, {"repeat": 2}, [60, 10]),
        ({"type": "PERCENT", "percent_off": 10}, {"effect": "APPLY_TO_MOST_EXPENSIVE"}, [30, 0]),
        ({"type": "FIXED"}, {"repeat": 2, "price": 50}, [500, 50]),
        (
            {"type": "AMOUNT", "amount_off": 70, "effect": "APPLY_TO_ITEMS_PROPORTIONALLY"},
            {"repeat": 2},
            [60, 10],
        ),
        (
            {
                "type": "AMOUNT",
                "amount_off": 90,
                "effect": "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
            },
            {"repeat": 2},
            [60, 30],
        ),
    ],
)
def test_where_units_are_the_target_they_are_counted_line_after_line(
    discount: Json, said: Json, expected: list[int]
) -> None:
    """Three units of 300 and two of 100 form one row of five."""
    entries = listed(*(product(name, target="UNIT", **said) for name in "ab"))
    data = {"voucher": {"id": "v_1", "discount": discount}, "applicable_to": entries}
    assert off(ROWS, *one_by_one(data)) == [*expected, 0]


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([{"index": 0, "units": [2]}, {"index": 1, "units": [2]}], [10, 10]),
        ([{"index": 0, "units": [1, 3]}], [20, 0]),
        ([{"index": 0, "units": []}, {"index": 1, "units": [1, 2]}], [0, 20]),
        ([{"index": 1, "units": [7, 8, 9]}], [0, 20]),
        ([{"index": 0, "units_limit_exceeded": True}, {"index": 1}], [10, 10]),
    ],
)
def test_units_that_the_sender_lists_are_those_that_are_covered(
    units: list[Json], expected: list[int]
) -> None:
    """If the list is incomplete, the units are counted again: the second and the fifth."""
    said = {"target": "UNIT", "skip_initially": 1, "repeat": 3, "order_item_units": units}
    data = {
        "voucher": {"id": "v_1", "discount": BY_UNIT},
        "applicable_to": listed({"object": "products_collection", "id": "pc_1", **said}),
    }
    assert off(ROWS, *one_by_one(data)) == [*expected, 0]


def test_indices_are_those_of_the_lines_that_were_sent() -> None:
    entry = {"object": "products_collection", "id": "pc_1", "order_item_indices": [1]}
    redeemable = {"voucher": VOUCHER, "applicable_to": listed(entry)}
    order = {"id": "ord_1", "items": [item("x", 500), item("y", 600)]}
    served = order_of(redeemed(1, "r_1", order=order, **redeemable))
    assert [it.get("discount_amount") for it in served["items"]] == [None, 10]
