"""Events that can never succeed, and the code of each (sections 3, 4 and 9)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_projector.events.outcome import Rejected
from tests.support.events import Json, code, event, order_of, read, to_json
from tests.support.shapes import ID, R, item, order, payment, redemption, rollback


def nested(levels: int) -> Json:
    """Return a valid event with this number of levels of objects and arrays."""
    inside: Any = []
    for _ in range(levels - 5):
        inside = [inside]
    return event("order.created", {"order": {**ID, "metadata": {"deep": inside}}})


NO_JSON: dict[str, bytes | None] = {
    "a-tombstone": None,
    "nothing": b"",
    "words": b"order paid",
    "cut-off": b'{"type": "order.paid"',
    "more-after-it": b'{"type": "order.paid"} {}',
    "not-utf-8": to_json(event("order.paid", {"order": {"id": "\xe9"}})).replace(b"\xc3", b""),
    "utf-16": to_json(event("order.paid", {"order": ID})).decode().encode("utf-16"),
    "nan": b'{"type": "order.paid", "data": {"order": {"amount": NaN}}}',
    "infinity": b'{"type": "order.paid", "x": Infinity}',
    "minus-infinity": b'{"type": "order.paid", "x": -Infinity}',
    "a-number-of-5000-digits-cut-off": b'{"type": "order.paid", "x": ' + b"7" * 5000,
    "an-exponent-of-20-digits-and-a-letter": b"1e99999999999999999999y",
    "a-byte-order-mark": b"\xef\xbb\xbf" + to_json(event("order.paid", {"order": ID})),
    "65-levels": to_json(nested(65)),
    "10000-levels": b'{"type": "order.paid", "x": ' + b"[" * 10**4 + b"]" * 10**4 + b"}",
}


@pytest.mark.parametrize("value", NO_JSON.values(), ids=NO_JSON.keys())
def test_invalid_json_is_what_is_not_utf_8_json(value: bytes | None) -> None:
    assert code(value) == "invalid_json"


def test_64_levels_are_not_nested_deeper_than_64() -> None:
    assert code(nested(64)) == ""


ENVELOPES: dict[str, Any] = {
    "a-list": [],
    "a-number": 5,
    "a-text": "order.paid",
    "null": b"null",
    "no-type": {"type": None},
    "a-mistyped-type": {"type": 5},
    "no-id": {"id": None},
    "a-mistyped-id": {"id": 5},
    "an-empty-id": {"id": ""},
    "no-created-at": {"created_at": None},
    "no-data": {"data": None},
    "data-is-a-list": {"data": [{}]},
    "data-is-a-text": {"data": "{}"},
    "data-is-false": {"data": False},
}


@pytest.mark.parametrize("value", ENVELOPES.values(), ids=ENVELOPES.keys())
@pytest.mark.parametrize("kind", ["order.paid", "redemption.failed"])
def test_invalid_envelope_is_a_member_missing_or_mistyped(kind: str, value: Any) -> None:
    whole = {**event(kind, {"order": ID}), **value} if isinstance(value, dict) else value
    assert code(whole) == "invalid_envelope"
    if isinstance(value, dict) and None in value.values():
        assert code({key: held for key, held in whole.items() if key not in value}) == (
            "invalid_envelope"
        )


@pytest.mark.parametrize("missing", ["ce_id", "ce_time"])
def test_invalid_envelope_is_a_binary_header_missing(missing: str) -> None:
    headers = {"ce_id": b"evt_1", "ce_type": b"order.paid", "ce_time": b"2026-03-01T10:00:00Z"}
    assert code({"order": ID}, headers.items()) == ""
    del headers[missing]
    assert code({"order": ID}, headers.items()) == "invalid_envelope"


INVALID = {
    "an-empty-order-id": order(id=""),
    "a-mistyped-order-id": order(id=7),
    "an-empty-source-id-alone": order(id=None, source_id=""),
    "a-mistyped-source-id": order(id=None, source_id=["x"]),
    "an-empty-payment-order-id": payment(order_id=""),
    "a-mistyped-payment-order-id": payment(order_id=True),
    "an-order-that-is-a-text": event("order.paid", {"order": "ord_1"}),
    "an-order-that-is-a-list": event("order.paid", {"order": [ID]}),
    "a-status-of-its-own": order(status="SHIPPED"),
    "a-status-in-small-letters": order(status="paid"),
    "an-empty-status": order(status=""),
    "a-status-that-is-a-number": order(status=1),
    "an-amount-with-a-fraction": order(amount=10.0),
    "an-amount-that-is-a-bool": order(amount=True),
    "an-amount-that-is-a-text": order(amount="10"),
    "a-negative-amount": order(amount=-1),
    "an-amount-no-reader-keeps-exact": order(amount=2**53),
    "a-negative-total": order(total_amount=-1),
    "a-negative-applied-discount": order(applied_discount_amount=-1),
    "a-negative-price": item(price=-1),
    "a-price-with-a-fraction": item(price=9.99),
    "a-quantity-with-a-fraction": item(quantity=1.5),
    "a-negative-quantity": item(quantity=-1),
    "a-negative-product-price": item(product={"price": -1}),
    "an-amount-beyond-what-is-exact": item(price=2**52, quantity=3),
    "an-item-that-is-a-text": order(items=["p"]),
    "items-that-are-an-object": order(items={"p": 1}),
    "metadata-that-is-a-list": order(metadata=[1]),
    "metadata-that-cannot-be-stored": order(metadata={"a": [{"\0": 1}]}),
    "an-integer-of-more-than-64-bits": order(metadata={"a": 2**64}),
    "a-customer-that-is-a-text": order(customer="cust_1"),
    "a-mistyped-customer-id": order(customer={"id": 5}),
    "no-redemption": redemption(),
    "a-redemption-without-an-id": redemption(redemption={}),
    "a-redemption-with-an-empty-id": redemption(redemption={"id": ""}),
    "a-mistyped-parent": redemption(redemption={**R, "redemption": R}),
    "redemptions-that-are-empty": redemption(redemptions=[]),
    "redemptions-that-are-empty-beside-a-parent": redemption(redemptions=[], parent_redemption=R),
    "redemptions-that-are-an-object": redemption(redemptions={"r_1": R}),
    "redemptions-of-which-one-has-no-id": redemption(redemptions=[R, {}]),
    "a-negative-amount-off": redemption(redemption=R, voucher={"discount": {"amount_off": -1}}),
    "a-negative-percentage": redemption(redemption=R, voucher={"discount": {"percent_off": -1}}),
    "a-percentage-that-is-a-text": redemption(
        redemption=R, voucher={"discount": {"percent_off": "10"}}
    ),
    "no-rollback": rollback(),
    "a-rollback-without-an-id": rollback(redemption_rollback={"redemption": "r_1"}),
    "a-rollback-of-nothing": rollback(redemption_rollback={"id": "rr_1"}),
    "rollbacks-that-are-empty": rollback(rollbacks=[]),
    "no-payment": event("payment.succeeded", {"order": ID}),
    "a-payment-without-an-id": payment(id=None),
    "a-payment-of-no-amount": payment(amount=None),
    "an-authorization-of-no-amount": payment("authorized", amount=None),
    "a-negative-payment": payment(amount=-1),
    "a-payment-with-a-fraction": payment(amount=5.0),
    "a-refund-of-no-payment-amount": payment("refunded", {"id": "ref_1", "amount": 1}, amount=None),
    "a-refunded-without-a-refund": payment("refunded"),
    "a-refund-without-an-id": payment("refunded", {"amount": 1}),
    "a-refund-without-an-amount": payment("refunded", {"id": "ref_1"}),
    "a-negative-refund": payment("refunded", {"id": "ref_1", "amount": -1}),
    "a-currency-of-half-a-character": payment(currency="\ud800"),
    "half-a-character-in-metadata": order(metadata={"a": ["\udfff"]}),
    "half-a-character-as-a-key-of-metadata": order(metadata={"\ud800": 1}),
    "a-type-of-half-a-character": redemption(
        redemption=R, voucher={"discount": {"type": "AMOUNT\udfff"}}
    ),
    "a-refund-in-a-payment": payment("succeeded", {"id": "ref_1", "amount": 1}),
    "a-refund-in-a-failed-payment": payment("failed", {"id": "ref_1", "amount": 1}),
}


@pytest.mark.parametrize("value", INVALID.values(), ids=INVALID.keys())
def test_invalid_event_is_data_that_breaks_its_shape(value: Json) -> None:
    assert code(json.dumps(value).encode()) == "invalid_event"


@pytest.mark.parametrize("kind", ["order.created", "redemption.succeeded"])
def test_an_order_has_at_most_500_items(kind: str) -> None:
    items = [{"product_id": f"p{n}", "price": 1} for n in range(500)]
    full = event(kind, {"order": {**ID, "items": items}, "redemption": R})
    assert order_of(full)["amount"] == 500
    items.append({"product_id": "one more"})
    over = event(kind, {"order": {**ID, "items": items}, "redemption": R})
    assert code(over) == "order_too_large"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (item(price=-1), "data.order.items[0].price"),
        (redemption(redemptions=[R, {}]), "data.redemptions[1].id"),
        (payment(amount=None), "data.payment.amount"),
        (payment("refunded"), "data.refund"),
        (order(status="SHIPPED"), "data.order.status"),
        ({**order(), "created_at": "soon"}, "created_at"),
        (order(metadata={"a\r\n\u2028b": {"\0": 1}}), r"data.order.metadata.a\r\n\u2028b"),
        (order(metadata={"a": [0, {"b": 2**64}]}), "data.order.metadata.a[1].b"),
        (item(product={"price": -5}), "data.order.items[0].product.price"),
        (item(sku={"id": ""}), "data.order.items[0].sku.id"),
        (order(items=[None, {"price": -1}]), "data.order.items[1].price"),
        (
            order(redemptions={"r": {"stacked": [None, "r_1", 5]}}),
            "data.order.redemptions.r.stacked[2]",
        ),
        (redemption(redemption=R, applicable_to=[{"id": 5}]), "data.applicable_to[0].id"),
        (redemption(redemptions=[None, R, {"id": 5}]), "data.redemptions[2].id"),
        ({**order(), "event": {"id": 5}}, "event.id"),
        ({**order(), "event": {"type": 5}}, "event.type"),
        ({**order(), "event": {"created_at": "soon"}}, "event.created_at"),
        ({**order(), "specversion": "1.0", "time": "soon"}, "time"),
        ({**order(), "specversion": "1.0", "created_at": None}, "time"),
        ({**order(), "specversion": "1.0", "created_at": "soon"}, "created_at"),
    ],
)
def test_the_message_says_which_field_and_why_in_one_line(value: Json, place: str) -> None:
    outcome = read(value)
    assert isinstance(outcome, Rejected)
    assert outcome.message.startswith(f"{place}: ")
    assert outcome.message.splitlines() == [outcome.message]


@pytest.mark.parametrize("name", ["ce_id", "ce_time"])
def test_the_message_names_the_header_that_is_missing_or_wrong(name: str) -> None:
    headers = {"ce_id": b"evt_1", "ce_type": b"order.paid", "ce_time": b"2026-03-01T10:00:00Z"}
    for held in (None, b"", b"\xff"):
        outcome = read({"order": ID}, (headers | {name: held}).items())
        assert isinstance(outcome, Rejected)
        assert outcome.message.startswith(f"header {name}: ")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["id", "order", "items", "date", "voucher", "redemption", "amount"]),
            inner,
        )
    ),
    max_leaves=6,
)


@given(
    kind=st.sampled_from(["order.paid", "redemption.succeeded", "payment.refunded", "x"]),
    data=ANYTHING,
)
def test_whatever_an_event_holds_reading_it_never_raises(kind: str, data: Any) -> None:
    read(event(kind, data))
