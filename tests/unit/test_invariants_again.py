"""Of an order that was checked before, only what is another object now is checked."""

import pytest

from order_projector.domain.invariants import violations_of
from tests.support.events import Json
from tests.unit.test_invariants import ORDER, with_item, with_payment


@pytest.mark.parametrize(
    ("order", "violation"),
    [
        (with_item(amount=-1), "items[0].amount -1 is not between 0 and"),
        (with_payment(amount=-1), "payments[0].amount -1 is not between 0 and"),
        ({**ORDER, "total_amount": 2701}, "total_amount 2701 is not amount 3500"),
        ({**ORDER, "amount": None}, "amount is no integer"),
        ({key: ORDER[key] for key in ORDER if key != "items"}, "items_discount_amount 700 is not"),
    ],
    ids=["a line", "a payment", "a sum", "no number", "no lines"],
)
def test_what_is_not_as_it_was_in_an_order_that_adds_up_is_looked_at(
    order: Json, violation: str
) -> None:
    assert "".join(violations_of(order, lambda: False, ORDER)).startswith(violation)


def test_what_is_as_it_was_in_an_order_that_adds_up_violates_nothing() -> None:
    payments = {**ORDER["payments"], "another": {"status": "PAID", "amount": 1}}

    assert violations_of({**ORDER, "payments": payments}, lambda: False, ORDER) == ()
