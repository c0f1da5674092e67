"""An empty array in place of an object is an empty object, as PHP writes one (section 2)."""

import pytest

from order_projector.events.outcome import Rejected
from tests.support.events import Json, code, event, order_of, read, to_json
from tests.support.shapes import ID, RR, R, item, order, payment, redemption, rollback

PHP: Json = {
    "order": {
        "id": "ord_1",
        "amount": 1000,
        "applied_discount_amount": 100,
        "discount_amount": 100,
        "total_discount_amount": 100,
        "total_amount": 900,
        "metadata": [],
        "items": [
            {
                "product_id": "prod_1",
                "quantity": 1,
                "price": 1000,
                "amount": 1000,
                "product": [],
                "metadata": [],
            }
        ],
        "customer": [],
    },
    "redemption": {"id": "r_1", "date": "2026-03-01T10:00:00Z", "metadata": []},
    "voucher": {
        "id": "v_1",
        "metadata": [],
        "discount": {"type": "AMOUNT", "amount_off": 100, "effect": "APPLY_TO_ORDER"},
    },
}


def test_an_event_whose_empty_objects_are_written_as_empty_arrays_is_read() -> None:
    served = order_of(event("redemption.succeeded", PHP))
    assert (served["discount_amount"], served["total_amount"]) == (100, 900)
    assert served["metadata"] == {}
    assert "customer" not in served
    (line,) = served["items"]
    assert (line["product"], line["metadata"]) == ({}, {})


EMPTY = {
    "metadata": order(metadata=[]),
    "customer": order(customer=[]),
    "customer-beside": event("order.paid", {"order": ID, "customer": []}),
    "referrer": order(referrer=[]),
    "item": order(items=[[]]),
    "product": item(product=[]),
    "sku": item(sku=[]),
    "item-metadata": item(metadata=[]),
    "product-metadata": item(product={"metadata": []}),
    "voucher": redemption(redemption=R, voucher=[]),
    "tier": redemption(redemption=R, promotion_tier=[]),
    "action": redemption(redemption=R, promotion_tier={"action": []}),
    "campaign": redemption(redemption=R, promotion_tier={"campaign": []}),
    "stack": redemption(redemption=R, promotion_stack=[]),
    "discount": redemption(redemption=R, voucher={"discount": []}),
    "gift": redemption(redemption=R, voucher={"gift": []}),
    "loyalty-card": redemption(redemption=R, voucher={"loyalty_card": []}),
    "used-credits": redemption(redemption={**R, "gift": []}),
    "used-points": redemption(redemption={**R, "loyalty_card": []}),
    "reward": redemption(redemption=R, reward=[]),
    "parameters": redemption(redemption=R, reward={"parameters": []}),
    "coin": redemption(redemption=R, reward={"parameters": {"coin": []}}),
    "bundle": redemption(redemption=R, bundle=[]),
    "unit": redemption(redemption=R, voucher={"discount": {"units": [[]]}}),
    "targets": redemption(redemption=R, voucher={"applicable_to": []}),
    "target": redemption(redemption=R, voucher={"applicable_to": [[]]}),
    "redemptions-of-an-order": order(redemptions=[]),
    "rollback-order": rollback(redemption_rollback={**RR, "order": []}),
    "payment-order": event("payment.succeeded", {**payment()["data"], "order": []}),
}


@pytest.mark.parametrize("value", EMPTY.values(), ids=EMPTY)
def test_an_empty_array_is_an_empty_object_wherever_an_object_belongs(value: Json) -> None:
    assert code(value) == ""
    as_object = to_json(value).replace(b"[]", b"{}")
    assert code(as_object) == code(value)


JUDGED = {
    "names-no-order": (event("order.paid", {"order": []}), "unknown_order", "data"),
    "redemption": (redemption(redemption=[]), "invalid_event", "data.redemption.id"),
    "parent": (
        redemption(redemptions=[R, R], parent_redemption=[]),
        "invalid_event",
        "data.parent_redemption.id",
    ),
    "element": (redemption(redemptions=[R, []]), "invalid_event", "data.redemptions[1].id"),
    "redemptions": (redemption(redemptions=[]), "invalid_event", "data.redemptions"),
    "redemptions-beside-one": (
        redemption(redemption=R, redemptions=[]),
        "invalid_event",
        "data.redemptions",
    ),
    "rollback": (
        rollback(redemption_rollback=[]),
        "invalid_event",
        "data.redemption_rollback.id",
    ),
    "rollbacks": (rollback(rollbacks=[]), "invalid_event", "data.rollbacks"),
    "payment": (
        event("payment.succeeded", {"order": ID, "payment": []}),
        "invalid_event",
        "data.payment.id",
    ),
    "refund": (payment("refunded", []), "invalid_event", "data.refund.id"),
}


@pytest.mark.parametrize(("value", "expected", "place"), JUDGED.values(), ids=JUDGED)
def test_what_is_then_missing_in_it_is_judged_as_usual(
    value: Json, expected: str, place: str
) -> None:
    outcome = read(value)
    assert isinstance(outcome, Rejected)
    assert outcome.code == expected
    assert outcome.message.startswith(f"{place}: ")


@pytest.mark.parametrize("value", [order(metadata=[1]), order(customer=[{}]), item(product=[5])])
def test_an_array_that_is_not_empty_is_no_object(value: Json) -> None:
    assert code(value) == "invalid_event"


def test_an_empty_array_inside_metadata_comes_back_as_it_was() -> None:
    metadata: Json = {"a": [], "b": [[]]}
    assert order_of(order(metadata=metadata))["metadata"] == metadata


SURROGATES = (
    (
        '{"id":"evt_1","type":"order.created","created_at":"2026-03-01T10:00:00Z","data":'
        r'{"order":{"id":"ord_1","amount":1000,"gift_note":"cut here \ud83d"}}}'
    ),
    (
        '{"id":"evt_2","type":"redemption.failed","created_at":"2026-03-01T10:01:00Z","data":'
        r'{"redemption":{"id":"rf_1","failure_message":"cut here \ud83d"}}}'
    ),
    (
        '{"id":"evt_3","type":"payment.succeeded","created_at":"2026-03-01T10:02:00Z","data":'
        r'{"payment":{"id":"pay_1","order_id":"ord_1","amount":1000,"statement":"\ude00 cut"}}}'
    ),
)


def test_in_a_field_that_is_not_ours_a_lone_surrogate_escape_costs_nothing() -> None:
    served = order_of(*(text.encode() for text in SURROGATES))
    assert (served["amount"], served["status"]) == (1000, "PAID")
    assert "redemptions" not in served
