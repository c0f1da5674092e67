"""Money: rounding half up, exact splits, and no binary fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_projector.domain.money import decimal, exchanged, part_of, percent_of, split


@pytest.mark.parametrize(
    ("amount", "percent", "expected"),
    [
        (50350, "3", 1511),  # 1510.5: neither floor nor half to even
        (103350, "3", 3101),  # 3100.5
        (11499, "10", 1150),  # 1149.9
        (26500, "10", 2650),
        (1000, "0.05", 1),  # 0.5
        (1000, "0.049", 0),
        (199, "33.3", 66),  # 66.267
        (1050, "14.3", 150),  # 150.15, where a binary 14.3 is slightly more
        (2_000_000_000_000_001, "50", 1_000_000_000_000_001),
        (100, "0", 0),
        (100, "250", 250),
    ],
)
def test_a_percentage_is_rounded_half_up_to_whole_cents(
    amount: int, percent: str, expected: int
) -> None:
    assert percent_of(amount, Fraction(percent)) == expected


@pytest.mark.parametrize(
    ("amount", "part", "whole", "expected"), [(101, 1, 3, 3), (105, 1, 2, 5), (995, 1, 2, 50)]
)
def test_a_percentage_of_some_units_of_a_line_is_rounded_once(
    amount: int, part: int, whole: int, expected: int
) -> None:
    assert percent_of(amount, Fraction(10), part, whole) == expected


@pytest.mark.parametrize(
    ("amount", "part", "whole", "expected"),
    [(1000, 1, 3, 333), (1000, 2, 3, 667), (5, 1, 2, 3), (700, 7, 7, 700), (0, 1, 9, 0)],
)
def test_a_part_of_an_amount_is_rounded_half_up(
    amount: int, part: int, whole: int, expected: int
) -> None:
    assert part_of(amount, part, whole) == expected


@pytest.mark.parametrize(
    ("points", "exchange", "per", "cents"),
    [
        (300, "20", "100", 6000),
        (20, "1", "1", 2000),
        (1, "1", "3", 33),
        (1, "1", "8", 13),  # 12.5
        (7, "0.5", "10", 35),
    ],
)
def test_points_are_worth_their_ratios_in_units_of_a_hundred_cents(
    points: int, exchange: str, per: str, cents: int
) -> None:
    assert exchanged(points, Fraction(exchange), Fraction(per)) == cents


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (300, [3300, 3400], [148, 152]),  # 147.76 and 152.24
        (1000, [2000, 4500, 6000], [160, 360, 480]),
        (1000, [2, 3, 3], [250, 375, 375]),
        (100, [1, 1, 1], [34, 33, 33]),  # equal fractions: the cent goes to the earliest part
        (200, [1, 1, 1], [67, 67, 66]),
        (10, [5, 3, 1], [6, 3, 1]),  # 5.56, 3.33, 1.11
        (1, [1, 5, 4], [0, 1, 0]),
        (7, [0, 1], [0, 7]),
        (7, [0, 0], [0, 0]),
        (0, [1, 2], [0, 0]),
        (5, [], []),
    ],
)
def test_remaining_cents_of_a_split_go_to_the_largest_fractions_ties_to_the_earlier_part(
    amount: int, weights: list[int], parts: list[int]
) -> None:
    assert split(amount, weights) == parts


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1).filter(any))
def test_the_parts_of_a_split_add_up_to_the_amount_exactly(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    assert all(
        abs(part * sum(weights) - amount * w) < sum(weights)
        for part, w in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", Fraction("12.5")),
        ("1e-07", Fraction("0.0000001")),
        ("-3", Fraction(-3)),
        ("", None),
        (None, None),
        ("ten", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e999999", None),
        ("1e-999999", None),
    ],
)
def test_a_decimal_number_is_read_from_its_text_or_not_at_all(
    text: str | None, number: Fraction | None
) -> None:
    assert decimal(text) == number
