"""The worked examples of the official guides: carts, and the discounts that they yield."""

import pytest

from tests.support.events import Json
from tests.support.priced import after, cart, coupon, item, off, one_by_one, product

# Three products of one brand and one of another, in cents: 17500 in all.
MUG, POSTER, SHIRT = item("mug", 1000, 2), item("poster", 1500, 3), item("shirt", 2000, 3)
BOTTLE = item("bottle", 2500, 2)
CART = cart(MUG, POSTER, SHIRT, BOTTLE)
BRAND = ("mug", "poster", "shirt")


def adventure(type_: str, *, but: tuple[Json, ...] = (), **discount: object) -> Json:
    """Return a discount on the brand's three products; `each` is stated for each of them."""
    each = discount.pop("each", {})
    assert isinstance(each, dict)
    return coupon(type_, *(product(name, **each) for name in BRAND), but=but, **discount)


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        pytest.param(
            adventure("AMOUNT", amount_off=1000, effect="APPLY_TO_ITEMS"),
            [1000, 1000, 1000, 0, 0],
            id="10 off each subtotal",
        ),
        pytest.param(
            adventure("AMOUNT", amount_off=1000, effect="APPLY_TO_ITEMS_BY_QUANTITY"),
            [2000, 3000, 3000, 0, 0],
            id="10 off each unit",
        ),
        pytest.param(
            adventure("AMOUNT", amount_off=1000, effect="APPLY_TO_ITEMS_PROPORTIONALLY"),
            [160, 360, 480, 0, 0],
            id="10 in proportion to amounts",
        ),
        pytest.param(
            adventure(
                "AMOUNT", amount_off=1000, effect="APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"
            ),
            [250, 375, 375, 0, 0],
            id="10 in proportion to quantities",
        ),
        pytest.param(
            adventure("PERCENT", percent_off=10, effect="APPLY_TO_ITEMS"),
            [200, 450, 600, 0, 0],
            id="10 percent of each subtotal",
        ),
        pytest.param(
            adventure("FIXED", effect="APPLY_TO_ITEMS", each={"price": 1000}),
            [0, 1500, 3000, 0, 0],
            id="a new price of 10 for each unit",
        ),
        pytest.param(
            adventure("AMOUNT", amount_off=1000),
            [1000, 1000, 1000, 0, 0],
            id="an amount with products and no effect goes to items",
        ),
        pytest.param(
            adventure("PERCENT", percent_off=10.0),
            [200, 450, 600, 0, 0],
            id="a percentage with products and no effect goes to items",
        ),
        pytest.param(
            coupon("PERCENT", but=(product("bottle"),), percent_off=10),
            [200, 450, 600, 0, 0],
            id="a percentage with excluded products and no effect goes to items",
        ),
        pytest.param(
            coupon("AMOUNT", amount_off=1000),
            [0, 0, 0, 0, 1000],
            id="an amount without products and effect goes to the order",
        ),
        pytest.param(
            coupon("PERCENT", percent_off=10),
            [0, 0, 0, 0, 1750],
            id="a percentage without products and effect goes to the order",
        ),
        pytest.param(
            coupon("FIXED", fixed_amount=15000, effect="APPLY_TO_ORDER"),
            [0, 0, 0, 0, 2500],
            id="a new price of 150 for the whole cart",
        ),
    ],
)
def test_a_discount_of_one_brand_comes_to_what_the_guide_says(
    discount: Json, expected: list[int]
) -> None:
    assert off(CART, *one_by_one(discount)) == expected


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        pytest.param(
            adventure("PERCENT", percent_off=50, each={"amount_limit": 2500}),
            [1000, 2250, 2500, 0, 0],
            id="at most 25 off each line",
        ),
        pytest.param(
            adventure("PERCENT", percent_off=50, amount_limit=2500),
            [1000, 2250, 2500, 0, 0],
            id="a maximum discount counts for each line",
        ),
        pytest.param(
            adventure("PERCENT", percent_off=50, aggregated_amount_limit=3000),
            [1000, 2000, 0, 0, 0],
            id="at most 30 combined for all order lines, first come first served",
        ),
        pytest.param(
            coupon(
                "AMOUNT",
                product("shirt", quantity_limit=2),
                amount_off=500,
                effect="APPLY_TO_ITEMS_BY_QUANTITY",
            ),
            [0, 0, 1000, 0, 0],
            id="two of three units",
        ),
        pytest.param(
            coupon(
                "AMOUNT",
                {"object": "products_collection", "id": "pc_brand", "order_item_indices": [0, 1, 2]}
                | {"aggregated_quantity_limit": 4},
                amount_off=500,
                effect="APPLY_TO_ITEMS_BY_QUANTITY",
            ),
            [1000, 1000, 0, 0, 0],
            id="four units combined for all matched lines",
        ),
        pytest.param(
            coupon(
                "AMOUNT",
                product("mug", quantity_limit=1, aggregated_quantity_limit=1),
                product("poster", quantity_limit=2, aggregated_quantity_limit=3),
                amount_off=500,
                effect="APPLY_TO_ITEMS_BY_QUANTITY",
            ),
            [500, 1000, 0, 0, 0],
            id="one unit of one product and two of another",
        ),
        pytest.param(
            adventure("FIXED", each={"price": 500, "quantity_limit": 1}),
            [500, 1000, 1500, 0, 0],
            id="a new price for one unit of each",
        ),
    ],
)
def test_caps_leave_the_lowest_discount(discount: Json, expected: list[int]) -> None:
    assert off(CART, *one_by_one(discount)) == expected


# Four lines of one brand, the most expensive unit first, and one of another brand.
RANKED = cart(
    item("shirt", 2000, 3),
    item("poster", 1500, 5),
    item("mug", 1000, 2),
    item("socks", 500, 4),
    BOTTLE,
)
FROM_THE_TOP = {"effect": "APPLY_FROM_MOST_EXPENSIVE", "skip_initially": 1, "repeat": 2}


def brand(**said: object) -> Json:
    """Return a discount of 5 off the four products of the brand."""
    effect = "APPLY_TO_ITEMS" if said.get("target") == "ITEM" else "APPLY_TO_ITEMS_BY_QUANTITY"
    entries = (product(name, **said) for name in ("shirt", "poster", "mug", "socks"))
    return coupon("AMOUNT", *entries, amount_off=500, effect=effect)


def test_every_second_line_from_the_most_expensive_skipping_the_first() -> None:
    discount = brand(**FROM_THE_TOP, target="ITEM")
    assert off(RANKED, *one_by_one(discount)) == [0, 500, 0, 500, 0, 0]


def test_every_second_unit_from_the_most_expensive_skipping_the_first() -> None:
    discount = brand(**FROM_THE_TOP, target="UNIT")
    assert off(RANKED, *one_by_one(discount)) == [500, 1500, 500, 1000, 0, 0]


def upgrade(source: str, target: str, price: int, count: int) -> Json:
    """Return a discount that replaces one unit of a product by units of another."""
    return coupon(
        "UNIT",
        product(source, quantity_limit=1),
        effect="REPLACE_ITEMS",
        unit_off=count,
        unit_type=target,
        product={"id": target, "price": price},
    )


@pytest.mark.parametrize(
    ("price", "discount", "amount", "bonus", "total"),
    [
        pytest.param(
            2000, upgrade("shirt", "limited", 2500, 1), 6500, 500, 6000, id="a dearer one"
        ),
        pytest.param(2500, upgrade("shirt", "mug", 1000, 1), 6000, 0, 6000, id="a cheaper one"),
        pytest.param(
            2500, upgrade("shirt", "mug", 1000, 3), 8000, 500, 7500, id="three cheap ones"
        ),
    ],
)
def test_an_upgrade_shows_the_difference_as_a_bonus(
    price: int, discount: Json, amount: int, bonus: int, total: int
) -> None:
    sums, figures = after(cart(item("shirt", price, 3)), *one_by_one(discount))
    assert (sums["amount"], sums.get("total_discount_amount", 0)) == (amount, bonus)
    assert (sums["initial_amount"], sums["total_amount"]) == (3 * price, total)
    added = discount["voucher"]["discount"]["unit_off"]
    assert [line["quantity"] for line in figures] == [2, added]


@pytest.mark.parametrize(
    ("effect", "there", "quantity", "free"),
    [
        ("ADD_MISSING_ITEMS", 0, 2, 2),
        ("ADD_MISSING_ITEMS", 1, 2, 2),
        ("ADD_MISSING_ITEMS", 2, 2, 2),
        ("ADD_MISSING_ITEMS", 3, 3, 2),
        ("ADD_NEW_ITEMS", 0, 2, 2),
        ("ADD_NEW_ITEMS", 1, 3, 2),
        ("ADD_NEW_ITEMS", 3, 5, 2),
    ],
)
def test_two_free_shirts_are_filled_up_or_added(
    effect: str, there: int, quantity: int, free: int
) -> None:
    shirts = [item("shirt", 2000, there)] if there else []
    discount = coupon(
        "UNIT",
        effect=effect,
        unit_off=2,
        unit_type="shirt",
        product={"id": "shirt", "price": 2000},
    )
    _, figures = after(cart(item("mug", 1000), *shirts), *one_by_one(discount))
    assert figures[1] == {
        "quantity": quantity,
        "initial_quantity": there,
        "discount_quantity": free,
        "amount": quantity * 2000,
        "initial_amount": there * 2000,
        "discount_amount": free * 2000,
        "price": 2000,
        "subtotal_amount": (quantity - free) * 2000,
    }
