"""Helpers that read the records of the workload's stream."""

from functools import cache
from typing import Any

import orjson

from order_projector.verification.expected_orders import ExpectedOrders, expect_orders
from order_projector.workload.stream import Failed, Stream, StreamRecord, Valid, generate


@cache
def default_stream() -> Stream:
    """Return the stream of the demonstration."""
    return generate()


@cache
def short_stream() -> Stream:
    """Return a stream of fewer orders, for tests that fold them."""
    return generate(500)


@cache
def orders_of_the_short_stream() -> ExpectedOrders:
    return expect_orders(short_stream().records, short_stream().totals)


def ours(record: StreamRecord) -> bool:
    return isinstance(record.expected, Valid | Failed)


def order_name(record: StreamRecord) -> str | None:
    return record.expected.order if isinstance(record.expected, Valid) else None


def described(record: StreamRecord) -> tuple[str, str]:
    """Return the envelope's format and the event's type."""
    headers = dict(record.headers)
    if (kind := headers.get("ce_type")) is not None:
        return "binary", kind.decode()
    content = orjson.loads(record.value or b"")
    if "event" in content:
        return "webhook", content["event"]["type"]
    return ("structured" if "specversion" in content else "plain"), content["type"]


def data_of(record: StreamRecord) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(record.value or b"")
    return content if described(record)[0] == "binary" else content["data"]


def of_type(stream: Stream, type_: str) -> list[StreamRecord]:
    return [
        record
        for record in stream.records
        if ours(record) and described(record)[1].removeprefix("customer.") == type_
    ]


def event_id(record: StreamRecord) -> str:
    if (given := dict(record.headers).get("ce_id")) is not None:
        return given.decode()
    content = orjson.loads(record.value or b"")
    return str(content.get("event", content)["id"])


def payment_data(record: StreamRecord) -> tuple[str, dict[str, Any]]:
    """Return the type and data of a payment event; empty values for any other record."""
    if ours(record) and (kind := described(record)[1]).startswith("payment."):
        return kind, data_of(record)
    return "", {}


def redemption_data(record: StreamRecord) -> dict[str, Any] | None:
    if not ours(record) or not described(record)[1].endswith("redemption.succeeded"):
        return None
    return data_of(record)
