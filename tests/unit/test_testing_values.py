"""`order_projector.testing` sends each value as given, or names the argument that it refuses."""

import re
from collections.abc import Callable
from math import inf, nan

import pytest

from order_projector.testing import (
    item,
    loyalty_points,
    order_created,
    payment_authorized,
    payment_captured,
    payment_refunded,
    payment_succeeded,
    percent_off,
    promotion,
    redemption_succeeded,
    rollback_succeeded,
    stack_succeeded,
)
from tests.support.built import PAID, REDEEMED

NOT_FINITE: dict[str, tuple[Callable[[], object], str]] = {
    "metadata of an order": (
        lambda: order_created("ord_1", metadata={"a": nan}),
        "metadata: nan should be a finite number",
    ),
    "metadata beyond what a float can be": (
        lambda: order_created("ord_1", metadata={"a": -1e400}),
        "metadata: -inf should be a finite number",
    ),
    "metadata deep inside": (
        lambda: redemption_succeeded("ord_1", metadata={"a": [1, {"b": (inf,)}]}),
        "metadata: inf should be a finite number",
    ),
    "metadata of an item": (
        lambda: item("p", metadata={"a": nan}),
        "metadata: nan should be a finite number",
    ),
    "the worth of coins": (
        lambda: loyalty_points(5, coins=(inf, 1)),
        "coins: (inf, 1) should be two positive numbers",
    ),
    "the points of coins": (
        lambda: loyalty_points(5, coins=(1, nan)),
        "coins: (1, nan) should be two positive numbers",
    ),
}


@pytest.mark.parametrize("name", NOT_FINITE)
def test_a_number_that_json_has_not_is_refused_and_not_sent_as_null(name: str) -> None:
    call, message = NOT_FINITE[name]
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


def test_metadata_is_sent_as_given() -> None:
    given = {"a": [1, 2.5, None, True, {"b": "ż"}], "c": {}}
    event = order_created("ord_1", metadata=given, items=[item("p", metadata=given)])
    order = event.data["order"]
    assert (order["metadata"], order["items"][0]["metadata"]) == (given, given)


def test_metadata_that_is_no_mapping_is_named() -> None:
    with pytest.raises(TypeError, match="metadata: 5 should be a mapping"):
        item("p", metadata=5)  # type: ignore[arg-type]


def test_a_payment_can_be_without_currency_and_method() -> None:
    bare = payment_succeeded("ord_1", 5, payment="p", currency=None, method=None)  # type: ignore[arg-type]
    assert bare.data["payment"] == {"id": "p", "order_id": "ord_1", "amount": 5}


EMPTY: dict[str, Callable[[], object]] = {
    "redemption": lambda: redemption_succeeded("ord_1", redemption=""),
    "redemption of a stack": lambda: stack_succeeded(
        "ord_1", percent_off(1), percent_off(2), redemption=""
    ),
    "rollback": lambda: rollback_succeeded(REDEEMED, rollback=""),
    "payment": lambda: payment_succeeded("ord_1", 5, payment=""),
    "capture": lambda: payment_captured(payment_authorized("ord_1", 5), capture=""),
    "refund": lambda: payment_refunded(PAID, refund=""),
    "voucher": lambda: percent_off(10, voucher=""),
    "voucher of points": lambda: loyalty_points(10, voucher=""),
    "campaign": lambda: percent_off(10, campaign=""),
    "tier": lambda: promotion(percent_off(10), tier=""),
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_id_is_refused_and_not_taken_for_none(name: str) -> None:
    argument, _, _ = name.partition(" ")
    with pytest.raises(ValueError, match=f"^{argument}: 0 characters should be 1 to 256$"):
        EMPTY[name]()
