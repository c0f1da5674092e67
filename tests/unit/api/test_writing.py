"""Writes: an event that is checked, published and folded."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from order_projector.domain.source_ids import order_id_from
from tests.support.api import World, world
from tests.support.events import event_at, order_event, redeemed

ITEMS = [{"product_id": "p", "quantity": 2, "price": 500}]


async def create(api: World, **body: Any) -> dict[str, Any]:
    answer = await api.client.post("/v1/orders", json=body)
    assert answer.status_code == 200, answer.text
    order: dict[str, Any] = answer.json()
    return order


async def test_an_order_is_created_by_an_event_on_the_log(api: World) -> None:
    answer = await api.client.post(
        "/v1/orders", json={"id": "ord_1", "status": "PAID", "items": ITEMS, "amount": 5}
    )

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert answer.json()["status"] == "PAID"
    assert answer.json()["total_amount"] == 1000
    (event,) = api.log.published()
    assert event["type"] == "order.created"
    assert event["id"].startswith("evt_api_")
    assert event["created_at"] == "2026-03-01T12:00:00.000Z"
    assert event["data"] == {
        "order": {"id": "ord_1", "status": "PAID", "amount": 5, "items": ITEMS}
    }
    assert api.log.events[0].order_id == "ord_1"


async def test_an_order_without_a_name_gets_an_id(api: World) -> None:
    names = {(await create(api))["id"] for _ in range(3)}

    assert len(names) == 3
    assert all(len(name) == 28 and name.startswith("ord_") and name[4:].isalnum() for name in names)


async def test_orders_of_one_source_id_meet(api: World) -> None:
    first = await create(api, source_id="shop-1", amount=700)
    second = await create(api, source_id="shop-1", status="PAID")

    assert first["id"] == second["id"] == order_id_from("shop-1")
    assert (second["status"], second["amount"]) == ("PAID", 700)
    events = api.log.published()
    assert events[0]["data"]["order"] == {"source_id": "shop-1", "amount": 700}
    assert [event["type"] for event in events] == ["order.created", "order.updated"]


async def test_a_source_id_that_an_order_has_writes_that_order_by_its_id(api: World) -> None:
    await create(api, id="ord_1", source_id="shop-1")

    written = await create(api, source_id="shop-1", status="PAID")

    assert written["id"] == "ord_1"
    assert api.log.published()[-1]["data"]["order"]["id"] == "ord_1"


async def test_an_id_is_an_id_although_it_is_the_source_id_of_another_order(api: World) -> None:
    await create(api, id="ord_1", source_id="shop-1")

    assert (await create(api, id="shop-1"))["id"] == "shop-1"


async def test_only_what_is_given_changes(api: World) -> None:
    await create(api, id="ord_1", items=ITEMS, metadata={"a": 1}, customer={"id": "cust_1"})

    answer = await api.client.put("/v1/orders/ord_1", json={"metadata": {"b": None}})

    assert answer.status_code == 200
    assert answer.json()["metadata"] == {"b": None}
    assert answer.json()["amount"] == 1000
    assert answer.json()["customer_id"] == "cust_1"


async def test_what_is_calculated_and_who_a_customer_is_stay_out_of_the_event(api: World) -> None:
    item = {"product_id": "p", "quantity": 2, "initial_quantity": 1, "price": 500, "amount": 1000}
    calculated = {
        "total_amount": 5,
        "discount_amount": 5,
        "items_discount_amount": 5,
        "total_discount_amount": 5,
        "applied_discount_amount": 5,
        "initial_amount": 5,
        "redemptions": {"r_1": {"date": "2026-03-01"}},
        "payments": {"pay_1": {}},
        "object": "order",
    }
    of_item = {"discount_amount": 5, "subtotal_amount": 5, "applied_discount_amount": 5}

    await create(
        api,
        id="ord_1",
        items=[{**item, **of_item, "initial_amount": 5, "discount_quantity": 1, "note": 1}],
        customer={"id": "cust_1", "email": "ada@example.com"},
        referrer={"source_id": "bob", "name": "Bob"},
        **calculated,
    )

    assert api.log.published()[0]["data"]["order"] == {
        "id": "ord_1",
        "items": [item],
        "customer": {"id": "cust_1"},
        "referrer": {"source_id": "bob"},
    }


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", '{"status": null, "items": []}', '{"total_amount": 5}', '{"x": 1}']
)
async def test_a_body_in_which_nothing_counts_publishes_nothing(api: World, body: str) -> None:
    await create(api, id="ord_1", items=ITEMS)

    answer = await api.client.put("/v1/orders/ord_1", content=body)

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert answer.json()["amount"] == 1000
    assert len(api.log.events) == 1


async def test_an_order_that_is_written_back_changes_nothing_but_its_time(api: World) -> None:
    gift = {
        "discount": {"type": "UNIT", "unit_off": 1, "unit_type": "q", "effect": "ADD_NEW_ITEMS"}
    }
    gift["discount"]["product"] = {"id": "q", "price": 300}
    await api.told(
        order_event(
            0,
            "created",
            items=[*ITEMS, {"product_id": "q", "quantity": 1, "price": 300}],
            metadata={"a": [1, None]},
            customer={"source_id": "ada"},
        ),
        redeemed(1, "r_1", order={"id": "ord_1"}, voucher=gift),
        redeemed(
            2,
            "r_2",
            order={"id": "ord_1"},
            voucher={"discount": {"type": "PERCENT", "percent_off": 10}},
        ),
    )
    read = (await api.get("/v1/orders/ord_1")).json()

    written = await api.client.put("/v1/orders/ord_1", json=read)
    again = await api.client.post("/v1/orders", json=read)

    later = {"updated_at": written.json()["updated_at"]}
    assert written.json() == read | later
    assert again.json() == read | {"updated_at": again.json()["updated_at"]}
    assert later["updated_at"] > read["updated_at"]


async def test_a_write_comes_after_all_that_the_order_holds_but_a_mistaken_time(
    api: World,
) -> None:
    ahead = event_at(60, "order.updated", {"order": {"id": "ord_1", "status": "CANCELED"}})
    mistaken = event_at(60 * 48, "order.updated", {"order": {"id": "ord_1", "amount": 5}})
    await api.told(ahead, mistaken)

    order = await create(api, id="ord_1", status="PAID")

    assert order["status"] == "PAID"
    assert api.log.published()[0]["created_at"] == "2026-03-01T13:00:00.001Z"


async def test_two_writes_at_one_moment_come_one_after_the_other(api: World) -> None:
    api.log.folds = False

    for status in ("PAID", "FULFILLED"):
        await api.client.post("/v1/orders", json={"id": "ord_1", "status": status})

    assert [event["created_at"] for event in api.log.published()] == [
        "2026-03-01T12:00:00.000Z",
        "2026-03-01T12:00:00.001Z",
    ]


async def test_a_write_that_the_worker_has_not_come_to_is_accepted(api: World) -> None:
    await create(api, id="a/b", items=ITEMS)
    api.log.folds = False

    answer = await api.client.put("/v1/orders/a%2Fb", json={"status": "PAID"})

    assert answer.status_code == 202
    assert answer.headers["Location"] == "https://orders.example/v1/orders/a%2Fb"
    assert "ETag" not in answer.headers
    assert (answer.json()["status"], answer.json()["amount"]) == ("PAID", 1000)
    assert (await api.get("/v1/orders/a%2Fb")).json()["status"] == "CREATED"


async def test_a_write_waits_for_the_worker(tmp_path: Path) -> None:
    async with world(tmp_path, write_wait=30) as api:
        api.log.folds = False
        asked = asyncio.create_task(api.client.post("/v1/orders", json={"id": "ord_1"}))
        await api.log.published_one.wait()
        await api.log.fold(api.log.events[0].value)
        answer = await asked

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')


async def test_a_broker_that_is_away_refuses_a_write(api: World) -> None:
    api.log.answers = False

    answer = await api.client.post("/v1/orders", json={"id": "ord_1"})

    assert (answer.status_code, answer.json()["key"]) == (503, "service_unavailable")
    assert answer.headers["Retry-After"] == "1"


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
    await create(api, id="ord_1", source_id="shop-1")

    there_is_not = await api.client.put("/v1/orders/ord_2", json={"status": "PAID"})
    of_another = await api.client.put("/v1/orders/ord_1", json={"id": "ord_2", "status": "PAID"})
    by_source_id = await api.client.put("/v1/orders/shop-1", json={"id": "ord_1", "status": "PAID"})

    assert there_is_not.status_code == 404
    assert (of_another.status_code, of_another.json()["key"]) == (400, "invalid_payload")
    assert ".id" in of_another.json()["details"]
    assert by_source_id.json()["status"] == "PAID"


async def test_an_erased_order_is_not_written(api: World) -> None:
    await create(api, id="ord_1")
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
    await create(api, id="ord_1")

    answer = await api.client.put(
        "/v1/orders/ord_1", json={"status": "PAID"}, headers={"If-Match": sent}
    )

    assert answer.status_code == status
    if status == 412:
        assert answer.json()["key"] == "precondition_failed"
        assert len(api.log.events) == 1


async def test_the_status_that_a_strict_channel_was_shown_is_no_status(api: World) -> None:
    await create(api, id="ord_1", status="PROCESSING")
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
    await create(api, id="ord_1")
    monkeypatch.setattr("order_projector.projection.document.LIMIT", 2_000)

    answer = await api.client.put("/v1/orders/ord_1", json={"metadata": {"a": "x" * 2_000}})

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert len(api.log.events) == 1
