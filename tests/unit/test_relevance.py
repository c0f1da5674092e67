"""Redemptions without an order, and failed ones under a successful type, count as absent."""

import pytest

from order_projector.events.outcome import Rejected, Skipped
from tests.support.events import Json, event, order_of, read

R: Json = {"id": "r_1"}
RR: Json = {"id": "rr_1", "redemption": "r_1"}
ID: Json = {"id": "ord_1"}

NO_ORDER = {
    "a-gift-card-topped-up": {"redemption": R, "voucher": {"gift": {"amount": 5000}}},
    "null-wherever-one-may-stand": {"order": None, "redemption": {**R, "order": None}},
    "whatever-else-is-in-it": {"order": None, "redemption": 5, "voucher": [1]},
    "a-whole-request": {"redemptions": [R], "parent_redemption": {"id": "r_0"}},
    "an-empty-list": {"redemptions": []},
    "nothing-at-all": {},
}


@pytest.mark.parametrize("data", NO_ORDER.values(), ids=NO_ORDER.keys())
def test_a_redemption_in_which_no_order_is_given_is_skipped(data: Json) -> None:
    assert read(event("redemption.succeeded", data)) == Skipped("no_order")


def test_a_rollback_in_which_no_order_is_given_is_skipped() -> None:
    for data in ({"redemption_rollback": RR}, {"rollbacks": [RR, {}], "order": None}):
        assert read(event("redemption.rollback.succeeded", data)) == Skipped("no_order")


def test_an_element_of_a_request_that_has_no_order_is_as_if_absent() -> None:
    """Only r_1 has an order of its own; r_2 and the request have none."""
    own = {**R, "order": {"id": "ord_1", "amount": 100}}
    other = {"id": "r_2", "voucher": "not looked at"}
    order = order_of(event("redemption.succeeded", {"redemptions": [other, own]}))
    assert list(order["redemptions"]) == [R["id"]]


def test_an_element_without_an_order_has_that_of_the_parent() -> None:
    parent = {"id": "r_0", "order": {"id": "ord_1", "amount": 100}}
    data = {"redemptions": [R], "parent_redemption": parent}
    order = order_of(event("redemption.succeeded", data))
    assert order["redemptions"]["r_0"]["stacked"] == [R["id"]]


FAILED: Json = {"id": "rf_1", "result": "FAILURE", "order": {"id": "ord_1", "amount": 7}}
OFF = {"voucher": {"discount": {"type": "AMOUNT", "amount_off": 10, "effect": "APPLY_TO_ORDER"}}}


def test_a_failed_redemption_of_a_request_is_in_no_list_and_gives_no_details() -> None:
    data = {
        "redemptions": [{**R, **OFF}, {**FAILED, **OFF}],
        "parent_redemption": {"id": "r_0"},
        "order": {"id": "ord_1", "amount": 100},
    }
    order = order_of(event("redemption.succeeded", data))
    assert order["redemptions"]["r_0"]["stacked"] == [R["id"]]
    assert (order["amount"], order["total_amount"]) == (100, 90)


def test_a_failed_redemption_is_no_copy_of_one_with_its_id() -> None:
    data = {"redemption": {**R, **OFF}, "order": {"id": "ord_1", "amount": 100}}
    first = event("redemption.succeeded", data)
    again = {**R, "result": "FAILURE", "order": {"id": "ord_1"}}
    assert read(event("redemption.succeeded", {"redemption": again})) == Skipped(
        "redemption.failed"
    )
    assert order_of(first)["total_amount"] == 90


@pytest.mark.parametrize(
    "data",
    [
        {"redemption": FAILED},
        {"redemptions": [FAILED, FAILED], "order": ID},
        {"redemptions": [FAILED], "parent_redemption": {"result": "FAILURE"}, "order": ID},
    ],
)
def test_where_neither_an_element_nor_a_parent_remains_the_event_is_a_failed_redemption(
    data: Json,
) -> None:
    assert read(event("redemption.succeeded", data)) == Skipped("redemption.failed")


def test_a_parent_all_of_whose_children_failed_is_a_redemption_of_its_own() -> None:
    data = {
        "redemptions": [FAILED],
        "parent_redemption": {"id": "r_0"},
        "order": {"id": "ord_1", "amount": 100},
    }
    order = order_of(event("redemption.succeeded", data))
    assert list(order["redemptions"]) == ["r_0"]
    assert "stacked" not in order["redemptions"]["r_0"]


def test_a_parent_without_an_order_beside_failed_children_concerns_no_order() -> None:
    data = {"redemptions": [FAILED], "parent_redemption": {"id": "r_0", "order": None}}
    assert read(event("redemption.succeeded", data)) == Skipped("no_order")


def test_a_failed_rollback_under_a_successful_type_undoes_nothing() -> None:
    data = {"redemption_rollback": {**RR, "result": "FAILURE"}, "order": ID}
    assert read(event("redemption.rollback.succeeded", data)) == Skipped(
        "redemption.rollback.failed"
    )


def test_messages_count_the_elements_as_they_were_sent() -> None:
    data = {"redemptions": [FAILED, {**R, "amount": -1}], "order": ID}
    outcome = read(event("redemption.succeeded", data))
    assert isinstance(outcome, Rejected)
    assert outcome.message.startswith("data.redemptions[1].amount: ")


def test_an_empty_list_of_rollbacks_is_an_invalid_event_also_beside_one() -> None:
    for data in ({"redemption_rollback": RR}, {"parent_rollback": RR}):
        given = {**data, "rollbacks": [], "order": ID}
        outcome = read(event("redemption.rollback.succeeded", given))
        assert isinstance(outcome, Rejected)
        assert outcome.message.startswith("data.rollbacks: ")


def test_an_empty_list_of_redemptions_is_an_invalid_event() -> None:
    beside: list[Json] = [{}, {"parent_redemption": {"id": "r_0"}}]
    for others in beside:
        data: Json = {"redemptions": [], **others}
        outcome = read(event("redemption.succeeded", {**data, "order": ID}))
        assert isinstance(outcome, Rejected)
        assert outcome.code == "invalid_event"
