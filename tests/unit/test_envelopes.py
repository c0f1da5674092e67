"""The envelopes in which an event may come (section 2 of the contract)."""

import pytest

from order_projector.events.outcome import Skipped
from tests.support.events import Json, accepted, code, event, order_of, read, to_json

PAID = {"order": {"id": "ord_1"}}
TIME = "2026-03-01T10:00:00.000Z"
BINARY = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"evt_1"),
    ("ce_source", b"/shop"),
    ("ce_type", b"order.paid"),
    ("ce_time", TIME.encode()),
    ("content-type", b"application/json"),
)
STRUCTURED = {"specversion": "1.0", "id": "evt_1", "source": "/shop", "type": "order.paid"}
WEBHOOK: Json = {
    "id": "whs_1",
    "project_id": "proj_1",
    "created_at": "2030-01-01T00:00:00.000Z",
    "type": "Voucher-redeemed",
    "data": PAID,
    "source": {"id": "distr_1", "object": "distribution"},
    "event": {"id": "evt_1", "type": "customer.order.paid", "created_at": TIME},
}


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        pytest.param(event("order.paid", PAID, on=TIME), (), id="plain"),
        pytest.param({**STRUCTURED, "time": TIME, "data": PAID}, (), id="cloudevents-structured"),
        pytest.param(PAID, BINARY, id="cloudevents-binary"),
        pytest.param(WEBHOOK, (), id="voucherify-webhook"),
    ],
)
def test_every_envelope_is_accepted_with_no_configuration(
    value: Json, headers: tuple[tuple[str, bytes], ...]
) -> None:
    outcome = accepted(value, headers)
    assert (outcome.type, outcome.order_id, outcome.event.id) == ("order.paid", "ord_1", "evt_1")
    order = order_of(outcome)
    assert (order["status"], order["created_at"]) == ("PAID", TIME)


def test_in_a_structured_cloudevent_time_is_created_at() -> None:
    both = {**STRUCTURED, "time": TIME, "created_at": "2001-01-01T00:00:00Z", "data": PAID}
    assert order_of(accepted(both))["created_at"] == TIME
    assert code({**STRUCTURED, "time": "soon", "created_at": TIME, "data": PAID}) == (
        "invalid_envelope"
    )


@pytest.mark.parametrize("inner", ["id", "type", "created_at"])
def test_the_inner_members_of_a_webhook_win_and_the_outer_ones_stand_in(inner: str) -> None:
    outer = {"id": "evt_1", "type": "order.paid", "created_at": TIME}[inner]
    short = {key: value for key, value in WEBHOOK["event"].items() if key != inner}
    nulled = {**WEBHOOK["event"], inner: None}
    for members in (short, nulled):
        order = order_of(accepted({**WEBHOOK, inner: outer, "event": members}))
        assert (order["status"], order["created_at"]) == ("PAID", TIME)


@pytest.mark.parametrize("kind", ["order.paid", "customer.order.paid"])
def test_a_leading_customer_is_ignored(kind: str) -> None:
    assert accepted(event(kind, PAID)).type == "order.paid"


STRUCTURED_TYPES = (
    b"application/cloudevents+json",
    b"Application/CloudEvents+JSON; charset=UTF-8",
    b"application/cloudevents",
)


@pytest.mark.parametrize("content_type", STRUCTURED_TYPES)
@pytest.mark.parametrize("name", ["content-type", "Content-Type"])
def test_a_content_type_of_cloudevents_means_structured_whatever_other_headers_there_are(
    name: str, content_type: bytes
) -> None:
    headers = ((name, content_type), *BINARY[:-1], ("ce_type", b"cart.abandoned"))
    outcome = accepted({**STRUCTURED, "id": "evt_2", "time": TIME, "data": PAID}, headers)
    assert outcome.event.id == "evt_2"
    assert code(PAID, headers) == "invalid_envelope"


def test_what_a_content_type_says_is_structured_has_its_time_in_time_else_in_created_at() -> None:
    headers = (("content-type", STRUCTURED_TYPES[0]),)
    late = {**event("order.paid", PAID, on="2001-01-01T00:00:00Z"), "time": TIME}
    assert order_of(accepted(late, headers))["created_at"] == TIME
    assert order_of(accepted(event("order.paid", PAID, on=TIME), headers))["created_at"] == TIME


@pytest.mark.parametrize(
    "unrelated", [b"application/json", b"text/application/cloudevents", b"\xff", b"", None]
)
def test_without_such_a_content_type_a_header_of_cloudevents_means_binary(
    unrelated: bytes | None,
) -> None:
    assert accepted(PAID, [("content-type", unrelated), *BINARY[:-1]]).event.id == "evt_1"


@pytest.mark.parametrize("batch", [[], [{**STRUCTURED, "time": TIME, "data": PAID}]])
def test_a_batch_is_invalid_envelope(batch: list[Json]) -> None:
    assert code(batch, [("content-type", b"application/cloudevents-batch+json")]) == (
        "invalid_envelope"
    )
    assert code(batch) == "invalid_envelope"


def test_an_event_that_is_an_empty_array_is_as_absent() -> None:
    assert accepted({**event("order.paid", PAID), "event": []}).event.id == "evt_1"


def test_data_that_is_an_empty_array_is_an_empty_object() -> None:
    assert code(event("order.paid", [])) == "unknown_order"
    assert code([], BINARY) == "unknown_order"
    assert read(event("redemption.failed", [])) == Skipped("redemption.failed")


SEQUENCE: dict[str, tuple[object, str]] = {
    "JSON before the type": (
        b'{"type": 5, "data": ' + b"[" * 70 + b"]" * 70 + b"}",
        "invalid_json",
    ),
    "the type before the envelope": ({"type": 5, "id": "x" * 300}, "invalid_envelope"),
    "the envelope before the data": (
        {**event("order.paid", {"order": {"id": ""}}), "created_at": "soon"},
        "invalid_envelope",
    ),
    "the data last": (event("order.paid", {"order": {"id": ""}}), "invalid_event"),
}


@pytest.mark.parametrize(("value", "expected"), SEQUENCE.values(), ids=SEQUENCE.keys())
def test_the_checks_have_a_sequence(value: object, expected: str) -> None:
    assert code(value) == expected


@pytest.mark.parametrize(("levels", "expected"), [(62, ""), (63, "invalid_json")])
def test_depth_counts_everywhere_and_the_envelope_is_depth_1(levels: int, expected: str) -> None:
    news = b"[" * levels + b"]" * levels
    value = to_json(event("order.paid", PAID))[:-2] + b', "news": ' + news + b"}}"
    assert code(value) == expected
    assert code(value.replace(b"order.paid", b"cart.abandoned")) == expected


def test_unknown_fields_anywhere_are_ignored() -> None:
    new = {"news": [{"deep": None}], "flag": True}
    data = {
        "order": {
            "id": "ord_1",
            **new,
            "items": [{"product_id": "p", "price": 500, **new}],
            "customer": {"id": "cust_1", **new},
        },
        "redemption": {"id": "r_1", **new},
        "voucher": {"id": "v_1", "discount": {"type": "AMOUNT", "amount_off": 1, **new}, **new},
        **new,
    }
    order = order_of({**event("redemption.succeeded", data), **new})
    assert order["items"] == [
        {
            "object": "order_item",
            "product_id": "p",
            "quantity": 1,
            "amount": 500,
            "price": 500,
            "subtotal_amount": 500,
        }
    ]


FOREIGN = {
    "no-data": {"type": "cart.abandoned"},
    "nothing-else-is-right": {"type": "cart.abandoned", "id": 5, "created_at": 7, "data": 9},
    "case-matters": {"type": "Order.Paid"},
    "a-known-prefix": {"type": "order.paid.late", "id": None},
    "of-ours-but-unnamed": {"type": "payment.disputed", "id": "evt_1", "data": {}},
    "twice-customer": {"type": "customer.customer.order.paid"},
    "an-empty-type": {"type": ""},
    "a-webhook-of-ours-outside": {"type": "order.paid", "event": {"type": "voucher.created"}},
}


@pytest.mark.parametrize("value", FOREIGN.values(), ids=FOREIGN.keys())
def test_of_an_event_whose_type_is_not_ours_nothing_else_is_checked(value: Json) -> None:
    assert read(value) == Skipped("foreign")


HARMLESS = {
    "too-long-a-number": b'{"data": ' + b"7" * 5000 + b', "type": "cart.abandoned"}',
    "too-large-a-number": b'{"data": -1e999999999999999999999, "type": "cart.abandoned"}',
    "a-lone-surrogate": rb'{"data": "\ud800", "type": "cart.abandoned"}',
    "a-lone-surrogate-as-a-key": rb'{"\udc00": 1, "type": "cart.abandoned"}',
    "a-key-twice": b'{"type": 5, "type": "cart.abandoned"}',
}


@pytest.mark.parametrize("value", HARMLESS.values(), ids=HARMLESS.keys())
def test_a_foreign_event_may_hold_all_that_json_allows(value: bytes) -> None:
    assert read(value) == Skipped("foreign")


DEEP = b"[" * 5000 + b"]" * 5000
NO_JSON = {
    "no-number-of-json": b'{"type": "cart.abandoned", "data": {"x": NaN}}',
    "an-inner-type": b'{"event": {"type": "cart.abandoned"}, "data": -Infinity}',
    "too-deep": b'{"type": "cart.abandoned", "data": ' + DEEP + b"}",
    "too-deep-beside-a-lone-surrogate": (
        rb'{"type": "cart.abandoned", "text": "\ud800", "data": ' + DEEP + b"}"
    ),
    "cut-off": b'{"type": "cart.abandoned"',
    "not-utf-8": b'{"type": "cart.abandoned", "data": "\xff"}',
    "a-surrogate-in-utf-8": b'{"type": "cart.abandoned", "data": "\xed\xa0\x80"}',
    "a-byte-order-mark": b'\xef\xbb\xbf{"type": "cart.abandoned"}',
    "a-control-character": b'{"type": "cart.abandoned", "data": "\0"}',
}


@pytest.mark.parametrize("value", NO_JSON.values(), ids=NO_JSON.keys())
def test_nobody_looks_for_the_type_of_what_is_not_json(value: bytes) -> None:
    assert code(value) == "invalid_json"


def test_the_type_of_a_binary_cloudevent_is_looked_at_first_too() -> None:
    headers = [(name, b"cart.abandoned" if name == "ce_type" else held) for name, held in BINARY]
    assert read(b"{", headers) == Skipped("foreign")
    assert read(None, headers) == Skipped("foreign")


@pytest.mark.parametrize(
    "unreadable",
    [("ce_type", b"\xff"), ("ce_id", b"\xff" * 300_000), ("ce_\ufffdtype", b"order.paid")],
)
def test_a_header_that_is_not_utf_8_is_as_absent(unreadable: tuple[str, bytes]) -> None:
    plain = event("order.paid", PAID, on=TIME)
    assert accepted(plain, [unreadable]).order_id == "ord_1"
    assert accepted(PAID, [*BINARY, unreadable]).event.id == "evt_1"


def test_an_envelope_of_headers_alone_names_the_one_that_is_not_readable() -> None:
    headers = [(name, b"\xff" if name == "ce_type" else held) for name, held in BINARY]
    assert code(PAID, headers) == "invalid_envelope"


@pytest.mark.parametrize("kind", ["redemption.failed", "customer.redemption.rollback.failed"])
@pytest.mark.parametrize("data", [{}, {"order": None}, {"order": {"id": "ord_1"}}])
def test_a_failure_is_valid_and_counted_and_leaves_no_trace(kind: str, data: Json) -> None:
    assert read(event(kind, data)) == Skipped(kind.removeprefix("customer."))


def test_metadata_comes_back_as_it_was() -> None:
    metadata = {
        "a.b": {"$set": None, "": []},
        "$inc": [None, {"n": None}],
        "ключ \U0001f511": "\0 \u2028",
        "numbers": [1, 1.5, -0.25, 2**63 - 1, True],
        "_projection": {"_id": "x"},
    }
    items = [{"product_id": "p", "metadata": metadata, "product": {"metadata": metadata}}]
    data = {"order": {"id": "ord_1", "metadata": metadata, "items": items}}
    order = order_of(event("order.created", data))
    assert to_json(order["metadata"]) == to_json(metadata)
    assert to_json(order["items"][0]["metadata"]) == to_json(metadata)
    assert to_json(order["items"][0]["product"]["metadata"]) == to_json(metadata)
