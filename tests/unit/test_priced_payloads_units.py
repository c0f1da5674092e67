"""Published responses with units, sent as raw carts and definitions: each yields its own numbers.

The amounts of a response are dropped; what it shows after each redeemable is expected, field by
field, including presence, both one by one and as a stack.
"""

import pytest

from tests.support.events import Json
from tests.support.priced import (
    Step,
    after,
    by_source,
    cart,
    counted,
    coupon,
    item,
    money,
    one_after_the_other,
    product,
    sku,
    stacked,
    taken,
    units,
)

ITEMS = "APPLY_TO_ITEMS"
ORDER = "APPLY_TO_ORDER"
EVERY = "APPLY_TO_EVERY"
MISSING = "ADD_MISSING_ITEMS"
NEW = "ADD_NEW_ITEMS"


def collection(name: str, **more: object) -> Json:
    return {"object": "products_collection", "id": name, "strict": False, "effect": EVERY, **more}


KEYS_SKU = {"id": "sku_keys", "source_id": "A0E2", "price": 9500}
KEYCHAIN = cart(
    by_source("A0E2", 9500, 1, "sku") | {"product_id": "prod_keys", "sku": KEYS_SKU},
    by_source("M0E2", 18500, 1, "sku"),
)
SHIPPING = {"id": "prod_5h1pp1ng", "source_id": "5h1pp1ng", "name": "Shipping"}
SHIPPED = {"quantity": 1, "initial_quantity": 0, "discount_quantity": 1}
FREE_SHIPPING = units(MISSING, 1, "prod_5h1pp1ng", product=SHIPPING)


def jackets(effect: str, count: int, name: str) -> Json:
    return {
        "effect": effect,
        "unit_off": count,
        "unit_type": name,
        "sku": {"id": name, "source_id": f"M0{name}", "sku": "Casual jacket", "price": 29900},
        "product": {"id": "prod_jacket", "source_id": "facdc58f", "name": "Casual jacket"},
    }


GREEN_PANTS = {"id": "prod_pants", "source_id": "260d2585"}
GREEN = {"id": "sku_J6", "source_id": "M0DUJ6"}


def pants(second: int) -> Json:
    """Return a line by its SKU's source id, and one by product and SKU."""
    return cart(
        by_source("M0DUIR", 26500, 1, "sku"),
        item("prod_pants", 26500, second, product=GREEN_PANTS, sku=GREEN | {"price": 26500}),
    )


def free_pants(count: int) -> Json:
    return units(MISSING, count, "sku_J6", sku=GREEN, product=GREEN_PANTS)


TEN_OFF_THE_FIRST = coupon("PERCENT", sku("M0DUIR"), percent_off=10, effect=ITEMS)
TEN_OFF_BOTH = coupon(
    "PERCENT",
    collection("pc_all"),
    sku("M0DUIR", source_id="M0DUIR", strict=True, effect=EVERY),
    product("prod_pants", source_id="260d2585", strict=True, effect=EVERY),
    percent_off=10,
    effect=ITEMS,
)
TOOLS = cart(by_source("23425235", 10000), by_source("327583490", 40000))
CHARGER = {"id": "prod_charger", "source_id": "2857934875983543", "price": 3500}
MUG_UNIT = {"id": "prod_0df14b3a", "source_id": "adv-mug"}

PAYLOADS: dict[str, tuple[Json, list[Step]]] = {
    "free shipping": (
        cart(item("prod_coffee", 1200), item("prod_book", 3100)),
        [Step(FREE_SHIPPING, money(4300), {2: SHIPPED})],
    ),
    "8400 off, free shipping, three jackets": (
        KEYCHAIN,
        [
            Step(coupon("AMOUNT", amount_off=8400), money(28000, 8400), {}),
            Step(FREE_SHIPPING, money(28000, 8400), {2: SHIPPED}),
            Step(
                coupon("UNIT", **jackets(NEW, 3, "sku_8")),
                money(117700, 8400, 89700, 28000),
                {2: SHIPPED, 3: counted(0, 3, 3, 29900)},
            ),
        ],
    ),
    "8400 off, three jackets of one SKU and four of another": (
        KEYCHAIN,
        [
            Step(coupon("AMOUNT", amount_off=8400), money(28000, 8400), {}),
            Step(
                coupon(
                    "UNIT",
                    effect="ADD_MANY_ITEMS",
                    units=[jackets(MISSING, 3, "sku_7"), jackets(NEW, 4, "sku_6")],
                ),
                money(237300, 8400, 209300, 28000),
                {2: counted(0, 3, 3, 29900), 3: counted(0, 4, 4, 29900)},
            ),
        ],
    ),
    "10 % of a line, 3 % of the order, 10 % of both, one for free": (
        pants(1),
        [
            Step(TEN_OFF_THE_FIRST, money(53000, 0, 2650), {0: taken(2650, 23850)}),
            Step(
                coupon("PERCENT", effect=ORDER, percent_off=3),
                money(53000, 1511, 2650),
                {0: taken(2650, 23850)},
            ),
            Step(
                TEN_OFF_BOTH,
                money(53000, 1511, 7685),
                {0: taken(5035, 21465), 1: taken(2650, 23850)},
            ),
            Step(
                free_pants(1),
                money(53000, 1511, 31535, 53000),
                {0: taken(5035, 21465), 1: counted(1, 0, 1, 26500)},
            ),
        ],
    ),
    "one and then two of three for free, then 10 % of both": (
        pants(3),
        [
            Step(TEN_OFF_THE_FIRST, money(106000, 0, 2650), {0: taken(2650, 23850)}),
            Step(
                free_pants(1),
                money(106000, 0, 29150, 106000),
                {0: taken(2650, 23850), 1: counted(3, 0, 1, 26500)},
            ),
            Step(
                free_pants(2),
                money(106000, 0, 82150, 106000),
                {0: taken(2650, 23850), 1: counted(3, 0, 3, 26500)},
            ),
            Step(
                TEN_OFF_BOTH,
                money(106000, 0, 84535, 106000),
                {0: taken(5035, 21465), 1: counted(3, 0, 3, 26500)},
            ),
        ],
    ),
    "a mug on top of one": (
        cart(by_source("adv-mug", 1000), by_source("star-th-bottle", 2500, 2)),
        [
            Step(
                units(NEW, 1, "prod_0df14b3a", product=MUG_UNIT),
                money(7000, 0, 1000, 6000),
                {0: counted(1, 1, 1, 1000)},
            )
        ],
    ),
    "a charger that the order lacks": (
        TOOLS,
        [
            Step(
                units(MISSING, 1, "prod_charger", product=CHARGER),
                money(53500, 0, 3500, 50000),
                {2: counted(0, 1, 1, 3500)},
            )
        ],
    ),
    "a red shirt that is there and a blue one on top": (
        cart(item("prod_red", 2900), item("prod_blue", 3100)),
        [
            Step(
                coupon(
                    "UNIT",
                    effect="ADD_MANY_ITEMS",
                    units=[
                        {"effect": MISSING, "unit_off": 1, "unit_type": "prod_red"},
                        {"effect": NEW, "unit_off": 1, "unit_type": "prod_blue"},
                    ],
                ),
                money(9100, 0, 6000, 6000),
                {0: counted(1, 0, 1, 2900), 1: counted(1, 1, 1, 3100)},
            )
        ],
    ),
    "45 of another product for one": (
        cart(item("prod_phone", 230000)),
        [
            Step(
                units(NEW, 45, "prod_tv", product={"id": "prod_tv", "price": 210000}),
                money(9680000, 0, 9450000, 230000),
                {1: counted(0, 45, 45, 210000)},
            )
        ],
    ),
}

EACH = pytest.mark.parametrize(("raw", "steps"), PAYLOADS.values(), ids=PAYLOADS)


@EACH
def test_a_payload_comes_out_of_its_raw_cart_with_its_own_numbers(
    raw: Json, steps: list[Step]
) -> None:
    assert one_after_the_other(raw, steps) == [step.shown(raw) for step in steps]


@EACH
def test_a_payload_makes_the_same_as_one_request(raw: Json, steps: list[Step]) -> None:
    stack = stacked(5, *(step.redeemable for step in steps))
    assert after(raw, stack) == steps[-1].shown(raw)
