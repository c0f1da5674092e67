"""`by_sender` of `order_projector.testing`: each discount goes to one line, whatever names it."""

import pytest

from order_projector.testing import by_sender, item, percent_off, redemption_succeeded
from tests.support.built import order_of


def test_a_line_named_twice_is_an_error() -> None:
    taken = by_sender(items={"p": 100, "s": 50})
    with pytest.raises(ValueError, match="calculated: p and s name the same item"):
        redemption_succeeded(
            "ord_1",
            voucher=percent_off(10),
            items=[item("p", 1, price=1000, sku="s")],
            calculated=taken,
        )


def test_a_line_named_twice_is_an_error_even_if_another_line_has_one_of_the_names() -> None:
    lines = [item("p", price=1000, sku="s"), item("p", price=1000, sku="t")]
    with pytest.raises(ValueError, match="calculated: p and s name the same item"):
        redemption_succeeded("ord_1", items=lines, calculated=by_sender(items={"p": 1, "s": 2}))


def test_a_name_that_the_line_before_has_taken_leaves_the_next_line_to_its_other_name() -> None:
    lines = [item("p", price=1000, sku="s"), item("p", price=1000, sku="t")]
    taken = by_sender(items={"p": 100, "t": 50})
    order = order_of(redemption_succeeded("ord_1", items=lines, calculated=taken))
    assert [line["discount_amount"] for line in order["items"]] == [100, 50]
    assert order["total_amount"] == 1850
