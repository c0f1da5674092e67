"""Writes that are refused publish nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import World, created, world
from tests.support.events import event_at


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ('{"status": "OPEN"}', ".status"),
        ('{"status": 5}', ".status"),
        ('{"amount": -1}', ".amount"),
        ('{"amount": 1.5}', ".amount"),
        ('{"amount": "5"}', "Property .amount must be an integer"),
        ('{"items": [{"quantity": "x"}]}', "Property .items[0].quantity must be an integer"),
        ('{"items": [null, {"quantity": true}]}', "Property .items[1].quantity must be an integer"),
        ('{"items": {}}', ".items"),
        ('{"items": "x"}', ".items"),
        ('{"items": ["x"]}', ".items[0]"),
        ('{"metadata": "x"}', ".metadata"),
        ('{"metadata": {"a": 12345678901234567890}}', ".metadata.a"),
        ('{"metadata": {"a": 0.12345678901234567890123}}', ".metadata.a"),
        ('{"metadata": {"a": "\\ud800"}}', ".metadata.a"),
        ('{"customer": "x"}', ".customer"),
        ('{"customer": {"id": 5}}', ".customer.id"),
        ('{"customer_id": 5}', ".customer_id"),
        ('{"referrer": {"source_id": ["x"]}}', ".referrer.source_id"),
        ('{"id": 5}', ".id"),
        ('{"id": ""}', ".id"),
        ('{"id": "a\\u0000"}', ".id"),
        ('{"source_id": ""}', ".source_id"),
        ('{"source_id": "' + "a" * 257 + '"}', ".source_id"),
        ('{"created_at": "soon"}', ".created_at"),
        ('{"items": [' + ",".join(["{}"] * 501) + "]}", ".items"),
        ("[1]", "object"),
        ('"x"', "object"),
        ("null", "object"),
        ("{", "JSON"),
        ('{"a": NaN}', "JSON"),
        ("[" * 70 + "]" * 70, "JSON"),
        (b"\xff".decode("latin-1"), "JSON"),
    ],
)
async def test_what_would_be_a_dead_letter_is_refused_by_name_and_publishes_nothing(
    api: World, body: str, details: str
) -> None:
    answer = await api.client.post("/v1/orders", content=body.encode("latin-1"))

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload"), answer.text
    assert details in answer.json()["details"]
    assert api.log.events == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Content-Type": "application/json"}, 200),
        ({"Content-Type": "Application/JSON; charset=UTF-8"}, 200),
        ({"Content-Type": 'application/json;charset="utf-8"'}, 200),
        ({"Content-Type": "application/vnd.api+json"}, 200),
        ({"Content-Type": "text/json"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json; charset=latin-1"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
    ],
)
async def test_a_body_is_json_by_its_type(api: World, headers: dict[str, str], status: int) -> None:
    answer = await api.client.post("/v1/orders", content=b"{}", headers=headers)
    empty = await api.client.post("/v1/orders", headers={"Content-Type": "text/plain"})

    assert answer.status_code == status
    assert empty.status_code == 200


async def test_a_body_that_is_too_large_is_refused_with_and_without_its_length(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, body_limit=1024) as api:
        body = json.dumps({"metadata": {"a": "x" * 1024}}).encode()

        async def chunks() -> Any:
            yield body[:100]
            yield body[100:]

        answers = [
            await api.client.post("/v1/orders", content=body),
            await api.client.post("/v1/orders", content=chunks()),
        ]

    assert [(it.status_code, it.json()["key"]) for it in answers] == [
        (413, "payload_too_large")
    ] * 2


async def test_an_order_whose_event_is_too_large_is_refused(api: World) -> None:
    answer = await api.client.post("/v1/orders", json={"metadata": {"a": "x" * 900_001}})

    assert (answer.status_code, answer.json()["key"]) == (413, "payload_too_large")
    assert api.log.events == []


async def test_of_a_key_given_twice_the_last_counts(api: World) -> None:
    answer = await api.client.post(
        "/v1/orders", content=b'{"status": "PAID", "status": "CANCELED"}'
    )

    assert answer.json()["status"] == "CANCELED"


async def test_the_order_in_a_path_has_to_be_there_and_to_be_that_of_the_body(api: World) -> None:
    await created(api, id="ord_1", source_id="shop-1")

    there_is_not = await api.client.put("/v1/orders/ord_2", json={"status": "PAID"})
    of_another = await api.client.put("/v1/orders/ord_1", json={"id": "ord_2", "status": "PAID"})
    by_source_id = await api.client.put("/v1/orders/shop-1", json={"id": "ord_1", "status": "PAID"})

    assert there_is_not.status_code == 404
    assert (of_another.status_code, of_another.json()["key"]) == (400, "invalid_payload")
    assert ".id" in of_another.json()["details"]
    assert by_source_id.json()["status"] == "PAID"


async def test_an_erased_order_is_not_written(api: World) -> None:
    await created(api, id="ord_1")
    await api.told(event_at(5, "order.erased", {"order": {"id": "ord_1"}}))
    published = len(api.log.events)

    answers = [
        await api.client.put("/v1/orders/ord_1", json={"status": "PAID"}),
        await api.client.post("/v1/orders", json={"id": "ord_1"}),
    ]

    assert [(it.status_code, it.json()["key"]) for it in answers] == [(410, "gone")] * 2
    assert len(api.log.events) == published


@pytest.mark.parametrize(
    ("sent", "status"),
    [('"1"', 200), ('"1-p"', 200), ("*", 200), ('"2", "1"', 200), ('"2"', 412), ('W/"1"', 412)],
)
async def test_a_write_on_top_of_a_revision_is_refused_where_another_one_is_stored(
    api: World, sent: str, status: int
) -> None:
    await created(api, id="ord_1")

    answer = await api.client.put(
        "/v1/orders/ord_1", json={"status": "PAID"}, headers={"If-Match": sent}
    )

    assert answer.status_code == status
    if status == 412:
        assert answer.json()["key"] == "precondition_failed"
        assert len(api.log.events) == 1


async def test_the_status_that_a_strict_channel_was_shown_is_no_status(api: World) -> None:
    await created(api, id="ord_1", status="PROCESSING")
    strict = {"X-Voucherify-Channel": "Python-SDK"}

    read = await api.get("/v1/orders/ord_1", **strict)
    written = await api.client.put(
        "/v1/orders/ord_1", json=read.json() | {"amount": 5}, headers=strict
    )

    assert (written.json()["status"], written.headers["ETag"]) == ("CREATED", '"2-p"')
    assert (await api.get("/v1/orders/ord_1")).json()["status"] == "PROCESSING"


async def test_an_order_that_cannot_take_an_event_in_is_not_written(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await created(api, id="ord_1")
    monkeypatch.setattr("order_projector.projection.document.LIMIT", 2_000)

    answer = await api.client.put("/v1/orders/ord_1", json={"metadata": {"a": "x" * 2_000}})

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert len(api.log.events) == 1
