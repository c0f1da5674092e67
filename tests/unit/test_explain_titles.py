"""Each step of an explanation has a title that names what it did."""

import pytest

from tests.support.events import Json, redeemed
from tests.support.explained import EVENTS, ORDER, explained, titles, voucher


@pytest.mark.parametrize(
    ("discount", "entries", "said"),
    [
        (
            {"type": "FIXED", "effect": "APPLY_TO_ITEMS"},
            [{"object": "sku", "id": "sku_64", "price": 50000, "quantity_limit": 1}],
            "FIXED APPLY_TO_ITEMS on sku_64 for 50000 up to 1 units a line",
        ),
        (
            {"type": "PERCENT", "percent_off": 12.5, "amount_limit": 900},
            [{"id": "a"}, {"source_id": "b"}, {"id": "c"}, {"id": "d"}],
            "PERCENT 12.5 % on a, b, c and 1 more up to 900",
        ),
        (
            {"type": "AMOUNT", "amount_off": 5, "aggregated_amount_limit": 70},
            [{"id": "a", "aggregated_quantity_limit": 2, "amount_limit": 6}],
            "AMOUNT 5 on a up to 2 units up to 6 a line up to 70 in all",
        ),
    ],
)
def test_a_headline_names_the_products_and_the_limits(
    discount: Json, entries: list[Json], said: str
) -> None:
    beside = {"voucher": voucher(**discount), "applicable_to": {"data": entries}}
    explanation = explained(EVENTS[0], redeemed(1, "r_1", order=ORDER, **beside))
    assert explanation.title(explanation.entries[1]) == f"redemption r_1 of voucher v_1 ({said})"
    beside["inapplicable_to"] = {"data": [{"id": "z"}]}
    explanation = explained(EVENTS[0], redeemed(1, "r_1", order=ORDER, **beside))
    assert " not on z" in explanation.title(explanation.entries[1])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("SUMMER10", "redemption r_1 of voucher v_1, code SUMMER10 (no discount definition)"),
        (7, "redemption r_1 of voucher v_1 (no discount definition)"),
        ("x" * 257, "redemption r_1 of voucher v_1 (no discount definition)"),
    ],
)
def test_a_headline_names_the_code_of_the_voucher(code: object, said: str) -> None:
    beside = {"voucher": {"id": "v_1", "code": code}}
    assert titles(redeemed(1, "r_1", order=ORDER, **beside)) == [said]


def test_a_headline_tells_what_points_are_worth() -> None:
    coin = {"parameters": {"coin": {"exchange_ratio": 20, "points_ratio": 100}}}
    card = {"voucher": {"id": "v_1", "type": "LOYALTY_CARD"}, "own": {"amount": 3}}
    assert [
        *titles(redeemed(1, "r_1", order=ORDER, **card)),
        *titles(redeemed(1, "r_1", order=ORDER, **card, reward=coin)),
    ] == [
        "redemption r_1 of voucher v_1 (loyalty points 3)",
        "redemption r_1 of voucher v_1 (loyalty points 3, 20 for 100)",
    ]
