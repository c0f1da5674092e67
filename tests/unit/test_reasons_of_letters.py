"""A dead letter names the field and the reason in the words of JSON, in one line (section 9)."""

import pytest

from order_projector.events.outcome import Rejected
from tests.support.events import Json, event, read

ORDER = {"id": "ord_1"}
VOUCHER = {"id": "v_1", "discount": {"type": "AMOUNT"}}


def message(kind: str, **data: object) -> str:
    """Return the message of the dead letter."""
    outcome = read(event(kind, {"order": ORDER, **data}))
    assert isinstance(outcome, Rejected)
    return outcome.message


@pytest.mark.parametrize(
    ("kind", "data", "place"),
    [
        ("order.updated", {"order": 5}, "order"),
        ("order.updated", {"order": "ord_1"}, "order"),
        ("order.updated", {"order": [1]}, "order"),
        ("order.updated", {"customer": "x"}, "customer"),
        ("order.updated", {"order": {**ORDER, "metadata": 5}}, "order.metadata"),
        ("order.updated", {"order": {**ORDER, "items": [5]}}, "order.items[0]"),
        ("order.updated", {"order": {**ORDER, "items": [{"sku": 5}]}}, "order.items[0].sku"),
        ("order.erased", {"order": 5}, "order"),
        ("event.voided", {"order": 5, "voids": "evt_1"}, "order"),
        ("payment.succeeded", {"payment": 5}, "payment"),
        ("payment.succeeded", {"payment": {"id": "p", "amount": 1}, "capture": 5}, "capture"),
        ("redemption.succeeded", {"redemption": 5}, "redemption"),
        ("redemption.succeeded", {"redemptions": [5]}, "redemptions[0]"),
        ("redemption.succeeded", {"redemption": {"id": "r"}, "voucher": 5}, "voucher"),
        (
            "redemption.succeeded",
            {"redemption": {"id": "r"}, "voucher": {**VOUCHER, "applicable_to": 5}},
            "voucher.applicable_to",
        ),
        ("redemption.rollback.succeeded", {"redemption_rollback": 5}, "redemption_rollback"),
    ],
)
def test_what_is_no_object_should_be_one(kind: str, data: Json, place: str) -> None:
    assert message(kind, **data) == f"data.{place}: should be an object"


@pytest.mark.parametrize("value", [5, "x", {"product_id": "mug"}])
def test_what_is_no_array_should_be_one(value: object) -> None:
    found = message("order.updated", order={**ORDER, "items": value})

    assert found == "data.order.items: should be an array"
