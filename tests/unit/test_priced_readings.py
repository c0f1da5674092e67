"""What a definition may look like: numbers as official payloads write them, and missing parts."""

import pytest

from tests.support.events import Json, code
from tests.support.priced import cart, coupon, gift, item, off, one_by_one, product, units

CART = cart(item("a", 1000, 2), item("b", 500))


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        (coupon("AMOUNT", amount_off=300.0), [0, 0, 300]),
        (coupon("FIXED", fixed_amount=2000.0), [0, 0, 500]),
        (coupon("PERCENT", percent_off=10.0, amount_limit=200.0), [0, 0, 200]),
        (coupon("PERCENT", product("a", quantity_limit=1.0), percent_off=10), [100, 0, 0]),
        (coupon("FIXED", product("a", price=900.0), effect="APPLY_TO_ITEMS"), [200, 0, 0]),
        (units("ADD_MISSING_ITEMS", 1.0, "a"), [1000, 0, 0]),
        (coupon("UNIT", units=[{"unit_off": 1.0, "unit_type": "b"}]), [0, 500, 0]),
        (gift(None, credits=100.0), [0, 0, 100]),
    ],
)
def test_a_whole_number_in_a_definition_may_be_written_with_a_fraction_of_zero(
    discount: Json, expected: list[int]
) -> None:
    assert off(CART, *one_by_one(discount)) == expected


@pytest.mark.parametrize(
    "discount",
    [
        coupon("AMOUNT", amount_off=300.5),
        coupon("AMOUNT", amount_off=float(2**60)),
        coupon("AMOUNT", amount_off=True),
        coupon("AMOUNT", amount_off="300"),
        units("ADD_NEW_ITEMS", -1.0, "a"),
        coupon("PERCENT", product("a", amount_limit=0.5), percent_off=10),
    ],
)
def test_any_other_number_in_a_definition_breaks_its_shape(discount: Json) -> None:
    [redemption] = one_by_one(discount)
    assert code(redemption) == "invalid_event"


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        (0, 0),
        (0.1, 3),
        (33.3333333333, 833),
        (12.5, 313),
        (50.02, 1251),
        (99.99, 2500),
        (100, 2500),
        (250, 2500),
        (1e-7, 0),
    ],
)
def test_a_percentage_is_decimal_and_rounded_half_up(percent: float, expected: int) -> None:
    assert off(CART, *one_by_one(coupon("PERCENT", percent_off=percent)))[-1] == expected
