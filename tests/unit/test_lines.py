"""Which line of an order a redemption's contribution belongs to (section 5)."""

import pytest

from tests.support.calculated import CUP, FREE, MUG, applied, figures, line, money
from tests.support.events import Json, order_event, order_of

REFERENCES = [
    pytest.param({"product_id": "p"}, {"product_id": "p"}, True, id="product"),
    pytest.param(
        {"product_id": "p", "product": {"source_id": "x"}},
        {"source_id": "x", "related_object": "product"},
        True,
        id="product-by-source",
    ),
    pytest.param(
        {"sku_id": "s", "product_id": "p", "sku": {"source_id": "y"}},
        {"source_id": "y", "related_object": "sku"},
        True,
        id="sku-by-source",
    ),
    pytest.param({"product_id": "p"}, {"product_id": "p", "sku_id": "s"}, True, id="sku-or-none"),
    pytest.param(
        {"product_id": "p", "sku_id": "s"}, {"product_id": "p", "sku_id": "t"}, False, id="two-skus"
    ),
    pytest.param({"product_id": "p"}, {"product_id": "q"}, False, id="two-products"),
]


@pytest.mark.parametrize(("before", "after", "is_same"), REFERENCES)
def test_a_contribution_belongs_to_a_line_by_its_reference(
    before: Json, after: Json, is_same: bool
) -> None:
    item = line({"price": 1000}, applied_discount_amount=100) | before
    order = order_of(
        applied(1, "r_1", [item], total=900),
        order_event(2, items=[line(CUP), {**after, "price": 1000}]),
    )
    assert order["items"][1].get("discount_amount") == (100 if is_same else None)
    assert order["total_amount"] == (1200 if is_same else 1300)


def test_a_contribution_belongs_to_the_occurrence_of_its_line() -> None:
    items = [line(MUG), line(CUP), line(MUG, applied_discount_amount=100)]
    redemption = applied(1, "r_1", items, total=2200)
    assert figures(order_of(redemption)) == [("mug", 1, 0, 0), ("cup", 1, 0, 0), ("mug", 1, 0, 100)]
    moved = order_event(2, items=[line(MUG), line(MUG), line(CUP)])
    assert figures(order_of(redemption, moved)) == [
        ("mug", 1, 0, 0),
        ("mug", 1, 0, 100),
        ("cup", 1, 0, 0),
    ]
    fewer = order_event(2, items=[line(CUP), line(MUG)])
    assert figures(order_of(redemption, fewer)) == [("cup", 1, 0, 0), ("mug", 1, 0, 0)]


def test_a_line_without_any_reference_keeps_its_own_discount() -> None:
    items = [{"price": 500}, {"price": 700, "applied_discount_amount": 70}]
    order = order_of(applied(1, "r_1", items, total=1130, amount=1200))
    assert [item.get("discount_amount") for item in order["items"]] == [None, 70]
    assert order["total_amount"] == 1130


def test_a_contribution_whose_line_is_gone_falls_away() -> None:
    redemption = applied(
        1,
        "r_1",
        [line(MUG, applied_discount_amount=100), line(CUP)],
        total=1150,
        applied_discount_amount=50,
    )
    order = order_of(redemption, order_event(2, items=[line(CUP)]))
    assert money(order) == {
        "amount": 300,
        "discount_amount": 50,
        "total_discount_amount": 50,
        "total_amount": 250,
    }
    assert list(order["redemptions"]) == ["r_1"]


def test_a_line_that_a_redemption_brought_stays_when_the_items_change() -> None:
    redemption = applied(1, "r_1", [line(MUG), FREE], total=1000)
    order = order_of(redemption, order_event(2, items=[line(MUG, 2)]))
    assert figures(order) == [("mug", 2, 0, 0), ("cup", 1, 1, 300)]
    assert order["total_amount"] == 2000
