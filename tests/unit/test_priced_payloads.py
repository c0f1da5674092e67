"""Published responses, sent as raw carts and definitions: each must yield its own numbers.

The amounts of a response are dropped; what it shows after each redeemable is expected, field by
field, including presence, both one by one and as a stack.
"""

import pytest

from tests.support.events import Json, order_event
from tests.support.priced import (
    Step,
    after,
    by_source,
    cart,
    coin,
    coupon,
    gift,
    item,
    money,
    one_after_the_other,
    one_by_one,
    points,
    product,
    sku,
    stacked,
    taken,
    tier,
)

ITEMS = "APPLY_TO_ITEMS"
ORDER = "APPLY_TO_ORDER"
EVERY = "APPLY_TO_EVERY"
MISSING = "ADD_MISSING_ITEMS"
NEW = "ADD_NEW_ITEMS"


def collection(name: str, **more: object) -> Json:
    return {"object": "products_collection", "id": name, "strict": False, "effect": EVERY, **more}


SWEATERS = cart(
    by_source("pink_sweater", 6500),
    by_source("navy_pants", 6000),
    by_source("5h1pp1ng", 2000),
    by_source("gray_pants", 5000, 2),
    by_source("pearl", 11000, 2),
)
BOSCH = cart(by_source("bosch_product_1", 10000), by_source("digital_book", 1500))
BOSCH_ONLY = collection("pc_k", order_item_indices=[0]), product("b", order_item_indices=[0])
BOOKS_ONLY = collection("pc_m", order_item_indices=[1]), product("d", order_item_indices=[1])
WATCHFLIX = cart(
    item("prod_watch", 2000, sku_id="sku_premium", sku={"id": "sku_premium", "price": 2000}),
    item("prod_roses", 700, product={"id": "prod_roses", "price": 700}),
)
ALL_OF_WATCHFLIX = collection("pc_all"), sku("sku_premium"), product("prod_roses")
THOUSAND_OFF = {0: taken(1000, 1000), 1: taken(700, 0)}
GUIDE = cart(
    item("prod_regular", 2000, product={"id": "prod_regular", "source_id": "mug-98"}),
    item("prod_gold", 8000, product={"id": "prod_gold", "source_id": "pen-54"}),
    item("prod_shirt", 5000),
    item("prod_phone", 180000),
)
PEN = product("prod_gold", source_id="pen-54")
REGULAR_MUG = product("prod_regular", source_id="mug-98")

PAYLOADS: dict[str, tuple[Json, list[Step]]] = {
    "10 euros off": (
        SWEATERS,
        [Step(coupon("AMOUNT", effect=ORDER, amount_off=1000), money(46500, 1000), {})],
    ),
    "early bird 10 %": (
        SWEATERS,
        [Step(coupon("PERCENT", effect=ORDER, percent_off=10), money(46500, 4650), {})],
    ),
    "2 of a gift card on an amount": (
        cart(amount=1000),
        [Step(gift(2, balance=21500, effect=ORDER), money(1000, 2), {})],
    ),
    "10 % of one brand, 20 % of books": (
        BOSCH,
        [
            Step(
                coupon("PERCENT", *BOSCH_ONLY, effect=ITEMS, percent_off=10),
                money(11500, 0, 1000),
                {0: taken(1000, 9000)},
            ),
            Step(
                tier("PERCENT", *BOOKS_ONLY, effect=ITEMS, percent_off=20, is_dynamic=False),
                money(11500, 0, 1300),
                {0: taken(1000, 9000), 1: taken(300, 1200)},
            ),
        ],
    ),
    "2500 credits that name no effect": (BOSCH, [Step(gift(2500), money(11500, 2500), {})]),
    "100 credits, 20 %, 8000 off": (
        cart(amount=200000),
        [
            Step(gift(100, effect=ORDER), money(200000, 100), {}),
            Step(coupon("PERCENT", effect=ORDER, percent_off=20), money(200000, 40080), {}),
            Step(tier("AMOUNT", effect=ORDER, amount_off=8000), money(200000, 48080), {}),
        ],
    ),
    "300 in proportion to 3300 and 3400": (
        cart(item("prod_d5", 3000, 1, amount=3300), item("prod_db", 3000, 2, amount=3400)),
        [
            Step(
                coupon(
                    "AMOUNT",
                    product("prod_d5", source_id="prod_d5", effect=EVERY),
                    product("prod_db", source_id="prod_db", effect=EVERY),
                    amount_off=300,
                    effect="APPLY_TO_ITEMS_PROPORTIONALLY",
                ),
                money(6700, 0, 300),
                {0: taken(148, 3152), 1: taken(152, 3248)},
            ),
        ],
    ),
    "300 points at 20 for 100": (
        cart(amount=6000),
        [Step(points(300, coin(20, 100)), money(6000, 6000), {})],
    ),
    "a promotion tier of 40 %": (
        cart(by_source("apple534", 50000, 2), by_source("ihd5", 100000, 1, "sku")),
        [Step(tier("PERCENT", percent_off=40, effect=ORDER), money(200000, 80000), {})],
    ),
    "10 % of 11499 below a limit of 3000": (
        cart(item("prod_a", 3500), item("prod_b", 7999)),
        [
            Step(
                coupon("PERCENT", percent_off=10, amount_limit=3000, effect=ORDER),
                money(11499, 1150),
                {},
            )
        ],
    ),
    "1000 off each line, points for a campaign, credits, 40 %, 30 off": (
        WATCHFLIX,
        [
            Step(
                coupon("AMOUNT", *ALL_OF_WATCHFLIX, amount_off=1000, effect=ITEMS),
                money(2700, 0, 1700),
                THOUSAND_OFF,
            ),
            Step(points(4, {"type": "CAMPAIGN"}), money(2700, 0, 1700), THOUSAND_OFF),
            Step(gift(100), money(2700, 100, 1700), THOUSAND_OFF),
            Step(
                coupon(
                    "PERCENT",
                    *ALL_OF_WATCHFLIX,
                    but=(product("prod_97", source_id="97", effect=EVERY),),
                    percent_off=40,
                    effect=ORDER,
                ),
                money(2700, 460, 1700),
                THOUSAND_OFF,
            ),
            Step(
                tier("AMOUNT", *ALL_OF_WATCHFLIX, amount_off=30, effect=ORDER),
                money(2700, 490, 1700),
                THOUSAND_OFF,
            ),
        ],
    ),
    "1000 off a mug and a pen of four lines": (
        GUIDE,
        [
            Step(
                coupon("AMOUNT", PEN, REGULAR_MUG, amount_off=1000, effect=ITEMS),
                money(195000, 0, 2000),
                {0: taken(1000, 1000), 1: taken(1000, 7000)},
            )
        ],
    ),
    "1000 in proportion to a mug and a pen of four lines": (
        GUIDE,
        [
            Step(
                coupon(
                    "AMOUNT",
                    PEN,
                    REGULAR_MUG,
                    amount_off=1000,
                    effect="APPLY_TO_ITEMS_PROPORTIONALLY",
                ),
                money(195000, 0, 1000),
                {0: taken(200, 1800), 1: taken(800, 7200)},
            )
        ],
    ),
    "2000 off two of three lines, then 2500 off": (
        cart(item("mug", 1000, 3), item("shirt", 2000, 3), item("bottle", 2500, 2)),
        [
            Step(
                coupon(
                    "AMOUNT",
                    product("mug"),
                    product("shirt"),
                    amount_off=2000,
                    aggregated_amount_limit=5000,
                    effect=ITEMS,
                ),
                money(14000, 0, 4000),
                {0: taken(2000, 1000), 1: taken(2000, 4000)},
            ),
            Step(
                coupon("AMOUNT", amount_off=2500, effect=ORDER),
                money(14000, 2500, 4000),
                {0: taken(2000, 1000), 1: taken(2000, 4000)},
            ),
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


def test_an_order_that_comes_with_its_redemption_is_priced_like_one_that_was_known() -> None:
    [redemption] = one_by_one(coupon("PERCENT", percent_off=10))
    items = SWEATERS["data"]["order"]["items"]
    redemption["data"]["order"] = {"id": "ord_1", "items": items}
    for events in ((redemption,), (redemption, order_event(2, "paid")), (SWEATERS, redemption)):
        assert after(*events)[0] == money(46500, 4650)
