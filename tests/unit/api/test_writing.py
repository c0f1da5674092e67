"""Writes: an event is checked, published and folded."""

import asyncio
from pathlib import Path

import pytest

from order_projector.domain.source_ids import order_id_from
from tests.support.api import World, created, world
from tests.support.events import event_at, order_event, redeemed
from tests.support.memory_reading import MemoryReader

ITEMS = [{"product_id": "p", "quantity": 2, "price": 500}]


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
    names = {(await created(api))["id"] for _ in range(3)}

    assert len(names) == 3
    assert all(len(name) == 28 and name.startswith("ord_") and name[4:].isalnum() for name in names)


async def test_orders_of_one_source_id_meet(api: World) -> None:
    first = await created(api, source_id="shop-1", amount=700)
    second = await created(api, source_id="shop-1", status="PAID")

    assert first["id"] == second["id"] == order_id_from("shop-1")
    assert (second["status"], second["amount"]) == ("PAID", 700)
    events = api.log.published()
    assert events[0]["data"]["order"] == {"source_id": "shop-1", "amount": 700}
    assert [event["type"] for event in events] == ["order.created", "order.updated"]


async def test_a_source_id_that_an_order_has_writes_that_order_by_its_id(api: World) -> None:
    await created(api, id="ord_1", source_id="shop-1")

    written = await created(api, source_id="shop-1", status="PAID")

    assert written["id"] == "ord_1"
    assert api.log.published()[-1]["data"]["order"]["id"] == "ord_1"


async def test_an_id_is_an_id_although_it_is_the_source_id_of_another_order(api: World) -> None:
    await created(api, id="ord_1", source_id="shop-1")

    assert (await created(api, id="shop-1"))["id"] == "shop-1"


async def test_only_what_is_given_changes(api: World) -> None:
    await created(api, id="ord_1", items=ITEMS, metadata={"a": 1}, customer={"id": "cust_1"})

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

    await created(
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
    "body",
    [
        *("", "{}", "[]", '{"status": null, "items": []}', '{"total_amount": 5}', '{"x": 1}'),
        *('{"items": [null]}', '{"items": [null, null], "customer": {"id": null}}'),
    ],
)
async def test_a_body_in_which_nothing_counts_publishes_nothing(api: World, body: str) -> None:
    await created(api, id="ord_1", items=ITEMS)

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


async def test_an_amount_without_a_price_is_written_back_beside_free_units(api: World) -> None:
    """Three units cost 100, and a fourth is free: it is worth 33."""
    gift = {
        "discount": {"type": "UNIT", "unit_off": 1, "unit_type": "p", "effect": "ADD_NEW_ITEMS"}
    }
    items = [{"product_id": "p", "quantity": 3, "amount": 100}]
    await api.told(
        order_event(0, "created", items=items),
        redeemed(1, "r_1", order={"id": "ord_1"}, voucher=gift),
    )
    read = (await api.get("/v1/orders/ord_1")).json()
    assert (read["amount"], read["total_amount"]) == (133, 100)

    written = await api.client.put("/v1/orders/ord_1", json=read)

    assert written.json() == read | {"updated_at": written.json()["updated_at"]}
    [told] = api.log.published()[0]["data"]["order"]["items"]
    assert (told["quantity"], told["initial_quantity"], told["amount"]) == (3, 3, 100)


async def test_the_amount_of_a_line_without_a_price_can_be_changed(api: World) -> None:
    """What was read beside it, ``initial_amount``, is calculated: it does not count."""
    item = {"product_id": "p", "quantity": 3, "initial_quantity": 3, "initial_amount": 100}
    await created(api, id="ord_1", items=[item | {"amount": 100}])

    written = await api.client.put("/v1/orders/ord_1", json={"items": [item | {"amount": 200}]})

    assert written.json()["amount"] == 200


async def test_a_write_comes_after_all_that_the_order_holds_but_a_mistaken_time(
    api: World,
) -> None:
    ahead = event_at(60, "order.updated", {"order": {"id": "ord_1", "status": "CANCELED"}})
    mistaken = event_at(60 * 48, "order.updated", {"order": {"id": "ord_1", "amount": 5}})
    await api.told(ahead, mistaken)

    order = await created(api, id="ord_1", status="PAID")

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
    await created(api, id="a/b", items=ITEMS)
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


async def test_a_write_is_answered_in_time_though_the_database_says_nothing_of_its_fold(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is published, and whether it is folded is all that is not known."""

    async def silence(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(MemoryReader, "holding", silence)
    monkeypatch.setattr("order_projector.api.writing.SHORTEST_LOOK", 0.01)

    answer = await api.client.post("/v1/orders", json={"id": "ord_1", "amount": 5})

    assert (answer.status_code, answer.json()["amount"]) == (202, 5)
    assert len(api.log.events) == 1
