"""Which lines free units belong to."""

import pytest

from order_projector.domain.cart import Cart
from order_projector.domain.redeemables import Discount, UnitOff
from tests.support.carts import line, redeem

MISSING = "ADD_MISSING_ITEMS"
NEW = "ADD_NEW_ITEMS"

PLAIN = line(9000, product="A")
RED = line(100, product="A", sku="sku_red")
BLUE = line(200, product="A", sku="sku_blue")


def of_red(effect: str, unit_off: int) -> Discount:
    """Units of an SKU whose product is known."""
    unit = UnitOff(unit_off, "sku_red", None, {"id": "A"}, {"id": "sku_red"})
    return Discount("UNIT", effect, units=(unit,))


def of_product(effect: str, unit_off: int) -> Discount:
    """Units of a product, of no SKU of it."""
    return Discount("UNIT", effect, units=(UnitOff(unit_off, "A", None, {"id": "A"}),))


def free(cart: Cart) -> dict[str, tuple[int, int, int]]:
    """Units, free units and cents off of each line, by the name of its SKU, else its product."""
    return {
        entry.line.sku_id or entry.line.product_id or "": (
            entry.quantity,
            entry.discount_quantity,
            entry.discount_amount,
        )
        for entry in cart.lines
    }


EITHER_WAY = pytest.mark.parametrize("turn", [1, -1], ids=["as listed", "the other way round"])


@EITHER_WAY
@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        pytest.param(of_red(MISSING, 1), {"A": (1, 0, 0), "sku_red": (1, 1, 100)}, id="1 missing"),
        pytest.param(
            of_red(MISSING, 2), {"A": (1, 1, 9000), "sku_red": (1, 1, 100)}, id="both are there"
        ),
        pytest.param(
            of_red(MISSING, 4), {"A": (1, 1, 9000), "sku_red": (3, 3, 300)}, id="2 lacking"
        ),
        pytest.param(of_red(NEW, 1), {"A": (1, 0, 0), "sku_red": (2, 1, 100)}, id="1 new"),
    ],
)
def test_units_of_an_sku_belong_to_its_very_line_first_and_then_to_that_of_its_product(
    turn: int, discount: Discount, expected: dict[str, tuple[int, int, int]]
) -> None:
    cart = Cart.of([PLAIN, RED][::turn])
    assert free(redeem(cart, discount)) == expected


@EITHER_WAY
@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        pytest.param(
            of_product(MISSING, 1), {"A": (1, 1, 9000), "sku_red": (1, 0, 0)}, id="1 missing"
        ),
        pytest.param(
            of_product(MISSING, 3), {"A": (2, 2, 18000), "sku_red": (1, 1, 100)}, id="1 lacking"
        ),
        pytest.param(of_product(NEW, 1), {"A": (2, 1, 9000), "sku_red": (1, 0, 0)}, id="1 new"),
    ],
)
def test_units_of_a_product_belong_to_the_line_that_names_it_alone_before_those_of_its_skus(
    turn: int, discount: Discount, expected: dict[str, tuple[int, int, int]]
) -> None:
    cart = Cart.of([PLAIN, RED][::turn])
    assert free(redeem(cart, discount)) == expected


def test_units_of_a_product_that_only_skus_are_there_of_belong_to_the_first_of_them() -> None:
    cart = redeem(Cart.of([BLUE, RED]), of_product(MISSING, 1), of_product(NEW, 1))
    assert free(cart) == {"sku_blue": (2, 2, 400), "sku_red": (1, 0, 0)}
