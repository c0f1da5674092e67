"""A bundle's quantity multiplies what its discount gives (section 3)."""

from dataclasses import replace

import pytest

from order_projector.domain.discounts.bundles import bundled
from order_projector.domain.redeemables import Discount, DiscountTarget, UnitOff
from order_projector.events.outcome import Rejected
from tests.support.events import Json, code, event, read
from tests.support.priced import cart, coupon, item, off, one_by_one, product, tier, units

CART = cart(item("a", 1000, 5), item("b", 3000))
BY_QUANTITY = "APPLY_TO_ITEMS_BY_QUANTITY"
ITEMS = "APPLY_TO_ITEMS"
LIMITS = DiscountTarget("product", "a", None, 900, None, 1, 2, 30, 40)
MULTIPLIED = replace(LIMITS, quantity_limit=3, aggregated_quantity_limit=6)


def of_bundle(redeemable: Json, quantity: object) -> Json:
    """Return the redeemable as found in this number of bundles."""
    [(name, holder)] = redeemable.items()
    return {name: holder | {"bundle": {"quantity": quantity}}}


@pytest.mark.parametrize(
    ("redeemable", "expected"),
    [
        pytest.param(coupon("AMOUNT", amount_off=100), [0, 0, 300], id="amount_off"),
        pytest.param(
            coupon("AMOUNT", product("a"), amount_off=100, effect=BY_QUANTITY),
            [500, 0, 0],
            id="not an amount per unit",
        ),
        pytest.param(
            coupon("AMOUNT", product("a", quantity_limit=1), amount_off=100, effect=BY_QUANTITY),
            [300, 0, 0],
            id="quantity_limit",
        ),
        pytest.param(
            coupon(
                "AMOUNT",
                product("a", aggregated_quantity_limit=1),
                amount_off=100,
                effect=BY_QUANTITY,
            ),
            [300, 0, 0],
            id="aggregated_quantity_limit",
        ),
        pytest.param(coupon("PERCENT", percent_off=12.5), [0, 0, 3000], id="percent_off"),
        pytest.param(coupon("PERCENT", percent_off=40), [0, 0, 8000], id="at most 100 per cent"),
        pytest.param(
            coupon("PERCENT", product("a", quantity_limit=1), percent_off=10, effect=ITEMS),
            [300, 0, 0],
            id="not the quantity limit of a percentage",
        ),
        pytest.param(coupon("FIXED", fixed_amount=2000), [0, 0, 6000], id="not fixed_amount"),
        pytest.param(
            coupon("FIXED", product("a", price=900), effect=ITEMS), [500, 0, 0], id="not a price"
        ),
        pytest.param(
            coupon("AMOUNT", amount_off=100, aggregated_amount_limit=150),
            [0, 0, 150],
            id="not a limit in money",
        ),
        pytest.param(units("ADD_MISSING_ITEMS", 1, "a"), [3000, 0, 0], id="unit_off"),
        pytest.param(
            coupon("UNIT", units=[{"unit_off": 1, "unit_type": name} for name in ("a", "b")]),
            [3000, 9000, 0],
            id="each of units",
        ),
        pytest.param(tier("AMOUNT", amount_off=100), [0, 0, 300], id="of a tier"),
    ],
)
def test_the_quantity_of_a_bundle_multiplies_what_its_discount_gives(
    redeemable: Json, expected: list[int]
) -> None:
    assert off(CART, *one_by_one(of_bundle(redeemable, 3))) == expected


def test_limits_and_prices_are_multiplied_by_their_kind() -> None:
    amount = Discount("AMOUNT", ITEMS, 5, amount_limit=7, applicable_to=(LIMITS,))
    assert bundled(amount, 3) == replace(amount, amount_off=15, applicable_to=(MULTIPLIED,))
    percent = Discount("PERCENT", ITEMS, percent_off="2.5", applicable_to=(LIMITS,))
    assert bundled(percent, 3) == replace(percent, percent_off="7.5")
    unit = Discount("UNIT", "ADD_SAME_ITEMS", units=(UnitOff(2), UnitOff()), applicable_to=())
    assert bundled(unit, 3) == replace(unit, units=(UnitOff(6), UnitOff()))


@pytest.mark.parametrize(
    "around",
    [
        pytest.param({"bundle": {"quantity": 3}}, id="beside it"),
        pytest.param({"bundle": {"quantity": 3.0}}, id="written with a point"),
    ],
)
def test_the_quantity_stands_in_the_voucher_or_tier_else_beside_it(around: Json) -> None:
    for redeemable in (coupon("AMOUNT", amount_off=100), tier("AMOUNT", amount_off=100)):
        assert off(CART, *one_by_one(redeemable | around)) == [0, 0, 300]
        assert off(CART, *one_by_one({"own": redeemable | around})) == [0, 0, 300]
        assert off(CART, *one_by_one(of_bundle(redeemable, 2) | around)) == [0, 0, 200]
        assert off(CART, *one_by_one({"own": redeemable} | around)) == [0, 0, 100]


@pytest.mark.parametrize("absent", [None, {}, [], {"quantity": None}, {"quantity": 1}])
def test_without_a_quantity_the_discount_is_as_it_is(absent: object) -> None:
    hundred = coupon("AMOUNT", amount_off=100) | {"bundle": absent}
    assert off(CART, *one_by_one(hundred)) == [0, 0, 100]


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "2", True, 2**31, [2]])
def test_the_quantity_of_a_bundle_is_a_positive_integer(quantity: object) -> None:
    [redemption] = one_by_one(of_bundle(coupon("AMOUNT", amount_off=1), quantity))
    outcome = read(redemption)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "invalid_event"
    assert outcome.message.startswith("data.voucher.bundle.quantity: ")


MOST, MANY = 2**53 - 1, 2**31 - 1
TOO_MUCH: dict[str, tuple[Json, str]] = {
    "amount_off": (coupon("AMOUNT", amount_off=MOST // 2 + 1), "voucher.discount.amount_off"),
    "unit_off": (
        units("ADD_NEW_ITEMS", MANY // 2 + 1, "a"),
        "voucher.discount.unit_off",
    ),
    "the cost of the units": (
        units("ADD_NEW_ITEMS", 1, "a", product={"price": MOST}),
        "voucher.discount.unit_off",
    ),
    "units": (
        coupon("UNIT", units=[{"unit_off": 1}, {"unit_off": MANY}]),
        "voucher.discount.units[1].unit_off",
    ),
    "quantity_limit": (
        coupon("AMOUNT", product("a"), product("a", quantity_limit=MANY), amount_off=1),
        "voucher.applicable_to.data[1].quantity_limit",
    ),
    "aggregated_quantity_limit": (
        {
            "voucher": {
                "discount": {
                    "type": "AMOUNT",
                    "applicable_to": [None, product("a", aggregated_quantity_limit=MANY)],
                }
            }
        },
        "voucher.discount.applicable_to[1].aggregated_quantity_limit",
    ),
    "in a tier": (tier("AMOUNT", amount_off=MOST), "promotion_tier.action.discount.amount_off"),
    "in a tier's action": (
        tier("AMOUNT", product("a", quantity_limit=MANY), amount_off=1),
        "promotion_tier.action.applicable_to.data[0].quantity_limit",
    ),
}


@pytest.mark.parametrize("at", ["data", "data.redemption"])
@pytest.mark.parametrize(("redeemable", "place"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_the_bounds_apply_to_the_products_and_the_field_is_named(
    redeemable: Json, place: str, at: str
) -> None:
    own: Json = {"id": "r_1"}
    data: Json = {"order": {"id": "ord_1"}, "redemption": own}
    holder = data if at == "data" else own
    holder |= redeemable
    assert code(event("redemption.succeeded", data)) == ""
    holder["bundle"] = {"quantity": 2}
    outcome = read(event("redemption.succeeded", data))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "invalid_event"
    assert outcome.message.startswith(f"{at}.{place}: ")


@pytest.mark.parametrize(
    "redeemable",
    [
        coupon("AMOUNT", amount_off=MOST, effect=BY_QUANTITY),
        coupon("PERCENT", product("a", quantity_limit=MANY), percent_off=1e300),
        coupon("FIXED", product("a", price=MOST, amount_limit=MOST), fixed_amount=MOST),
    ],
)
def test_what_is_not_multiplied_may_be_as_large_as_ever(redeemable: Json) -> None:
    [redemption] = one_by_one(of_bundle(redeemable, MANY))
    assert code(redemption) == ""
