"""Invalid records, each with the error code that its dead letter must have."""

from collections.abc import Iterator

import orjson

from order_projector.workload.catalogue import Json
from order_projector.workload.envelopes import Headers

Hostile = tuple[bytes | None, Headers, str]


def hostile_records(order_id: str) -> Iterator[Hostile]:
    """Yield value, headers and code of each; valid events write to the order they name, too."""
    yield from ((value, (), "invalid_json") for value in _not_json())
    yield from ((value, (), "invalid_envelope") for value in _no_envelope(order_id))
    yield b"{}", (("ce_id", b"ce_1"), ("ce_type", b"order.paid")), "invalid_envelope"
    for type_, data in _no_event(order_id):
        yield _event(type_, data), (), "invalid_event"
    for type_, data in _naming_no_order():
        yield _event(type_, data), (), "unknown_order"
    lines = [{"product_id": f"prod_{n}", "quantity": 1, "price": 5} for n in range(501)]
    crowded = {"order": {"id": order_id, "items": lines}}
    yield _event("order.updated", crowded), (), "order_too_large"


def _not_json() -> Iterator[bytes | None]:
    yield None
    yield b""
    yield b"{"
    yield b"\xff\xfe\x00"
    yield b'{"id": "evt_caf\xe9", "type": "order.paid"}'
    yield b'{"id": "evt_n", "type": "order.paid", "data": {"order": {"amount": NaN}}}'
    yield b'{"id": "evt_d", "type": "order.paid", "data": ' + b"[" * 70 + b"]" * 70 + b"}"
    yield b"<xml/>"


def _no_envelope(order_id: str) -> Iterator[bytes]:
    whole: Json = {
        "id": "evt_bad",
        "type": "order.paid",
        "created_at": "2026-03-01T10:00:00Z",
        "data": {"order": {"id": order_id}},
    }
    yield b"[]"
    yield b'"order.paid"'
    yield b"17"
    for name in whole:
        yield orjson.dumps({key: value for key, value in whole.items() if key != name})
    yield orjson.dumps(whole | {"id": 17})
    yield orjson.dumps(whole | {"type": ["order.paid"]})
    yield orjson.dumps(whole | {"created_at": "yesterday"})
    yield orjson.dumps(whole | {"created_at": 1_772_355_600})
    yield orjson.dumps(whole | {"data": "none"})


def _no_event(order_id: str) -> Iterator[tuple[str, Json]]:
    order = {"id": order_id}
    paid = {"id": "pay_bad", "order_id": order_id, "amount": 100}
    yield "redemption.succeeded", {"order": order}
    yield "redemption.succeeded", {"order": order, "redemptions": []}
    yield "redemption.succeeded", {"order": order, "redemption": {"id": "r_" + "9" * 300}}
    yield "redemption.rollback.succeeded", {"order": order, "redemption_rollback": {"id": "rr_1"}}
    yield "order.updated", {"order": order | {"amount": 12.5}}
    yield "order.updated", {"order": order | {"amount": -1}}
    yield "order.updated", {"order": order | {"amount": "100"}}
    yield "order.updated", {"order": order | {"status": "LOST"}}
    yield "order.updated", {"order": order | {"items": {"product_id": "prod_1"}}}
    yield "order.updated", {"order": order | {"items": [{"product_id": "p", "quantity": True}]}}
    yield "order.updated", {"order": {"id": ""}}
    yield "order.updated", {"order": {"id": 17}}
    yield "payment.succeeded", {"payment": paid | {"amount": None}}
    yield "payment.succeeded", {"payment": {"order_id": order_id, "amount": 100}}
    yield "payment.refunded", {"payment": paid}
    yield "payment.refunded", {"payment": paid, "refund": {"id": "ref_bad"}}
    yield "payment.succeeded", {"payment": paid | {"date": "31 February"}}


def _naming_no_order() -> Iterator[tuple[str, Json]]:
    yield "redemption.succeeded", {"order": {"amount": 5}, "redemption": {"id": "r_lost"}}
    yield "order.updated", {"order": {"amount": 100}}
    rollback = {"id": "rr", "redemption": "r"}
    yield "redemption.rollback.succeeded", {"order": {}, "redemption_rollback": rollback}


def _event(type_: str, data: Json) -> bytes:
    event = {"id": "evt_bad", "type": type_, "created_at": "2026-03-01T10:00:00Z", "data": data}
    return orjson.dumps(event)
