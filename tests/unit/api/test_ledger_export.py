"""Ledger exports: every cent of every discount, with the event that moved it."""

import csv
import io
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from order_projector.api.exporting import dates
from order_projector.api.exporting import ledger as module
from order_projector.domain.facts import Fact
from order_projector.projection.ports import StoredOrder
from tests.support.api import World
from tests.support.events import event_at, order_event, paid, redeemed, rolled_back

ITEMS = [
    {"product_id": "p", "quantity": 2, "price": 500},
    {"product_id": "q", "sku_id": "s", "quantity": 1, "price": 300},
]
ITEM_DISCOUNT = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ITEMS"}


@pytest.fixture(autouse=True)
async def _orders(api: World) -> None:
    """Send an order with two discounts, one of them rolled back, and an order with a capped one."""
    await api.told(
        order_event(0, "created", source_id="shop-1", items=ITEMS),
        redeemed(
            1,
            "r_1",
            order={"id": "ord_1"},
            voucher={
                "id": "v_1",
                "code": "TEN",
                "campaign_id": "camp_1",
                "discount": ITEM_DISCOUNT,
            },
        ),
        redeemed(
            2,
            "r_2",
            order={"id": "ord_1"},
            voucher={"id": "v_2", "discount": {"type": "AMOUNT", "amount_off": 200}},
        ),
        rolled_back(3, "rr_2", "r_2"),
        event_at(4, "order.created", {"order": {"id": "ord_0", "amount": 100}}),
        redeemed(
            5,
            "r_3",
            order={"id": "ord_0"},
            voucher={"id": "v_3", "discount": {"type": "AMOUNT", "amount_off": 80}},
        ),
    )


async def ledger(api: World, **parameters: Any) -> list[dict[str, str]]:
    made = await api.client.post(
        "/v1/exports", json={"exported_object": "ledger", "parameters": parameters}
    )
    assert made.status_code == 200, made.text
    url = (await api.get(f"/v1/exports/{made.json()['id']}")).json()["result"]["url"]
    text = (await api.get(url.removeprefix("https://orders.example"))).text
    return list(csv.DictReader(io.StringIO(text)))


async def test_each_amount_that_an_event_moved_has_a_row(api: World) -> None:
    rows = await ledger(api)

    assert [(row["order_id"], row["event_id"], row["level"], row["amount"]) for row in rows] == [
        ("ord_0", "evt_005", "order", "80"),
        ("ord_1", "evt_001", "item", "100"),
        ("ord_1", "evt_001", "item", "30"),
        ("ord_1", "evt_002", "order", "200"),
        ("ord_1", "evt_003", "order", "-200"),
    ]
    assert rows[2] == {
        "order_id": "ord_1",
        "source_id": "shop-1",
        "date": "2026-03-01T12:01:00.000Z",
        "event_id": "evt_001",
        "redemption_id": "r_1",
        "related_object_type": "voucher",
        "related_object_id": "v_1",
        "voucher_code": "TEN",
        "campaign_id": "camp_1",
        "level": "item",
        "product_id": "q",
        "sku_id": "s",
        "units": "",
        "amount": "30",
    }


async def test_the_rows_of_an_order_add_up_to_its_discounts(api: World) -> None:
    await api.told(order_event(6, items=[], amount=50), order_event(7, items=ITEMS[:1], amount=20))

    for order in (await api.get("/v1/orders")).json()["orders"]:
        rows = await ledger(api, filters={"order_id": {"conditions": {"$is": order["id"]}}})
        summed = sum(int(row["amount"]) for row in rows)
        assert summed == order.get("total_discount_amount", 0)


@pytest.mark.parametrize(
    ("order", "events"),
    [
        ("date", ["evt_001", "evt_001", "evt_002", "evt_003", "evt_005"]),
        ("-date", ["evt_005", "evt_003", "evt_002", "evt_001", "evt_001"]),
    ],
)
async def test_rows_may_come_by_date(api: World, order: str, events: list[str]) -> None:
    assert [row["event_id"] for row in await ledger(api, order=order)] == events


async def test_rows_by_date_may_be_more_than_are_sorted_at_once(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates, "AT_ONCE", 2)

    rows = await ledger(api, order="date")

    assert [row["event_id"] for row in rows] == [
        "evt_001",
        "evt_001",
        "evt_002",
        "evt_003",
        "evt_005",
    ]


async def test_a_long_order_is_explained_beside_the_event_loop(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An explanation may take seconds, during which probes must be answered."""
    explained = dict[str, threading.Thread]()

    def rows_of(stored: StoredOrder, facts: Mapping[str, Fact]) -> list[dates.Row]:
        explained[stored.order_id] = threading.current_thread()
        return module_rows_of(stored, facts)

    module_rows_of = module.rows_of
    monkeypatch.setattr(module, "rows_of", rows_of)
    payments = [paid(20 + n, 1, name=f"pay_{n}") for n in range(module.LONG + 1)]
    other = {"order": {"id": "ord_3"}}
    await api.told(*payments, event_at(1, "order.created", other, "evt_of_ord_3"))

    await ledger(api)

    assert explained["ord_1"] is not threading.main_thread()
    assert explained["ord_3"] is threading.main_thread()


async def test_a_campaign_is_one_sum(api: World) -> None:
    rows = await ledger(
        api,
        fields=["redemption_id", "amount"],
        filters={"campaign_id": {"conditions": {"$is": "camp_1"}}},
    )

    assert rows == [
        {"redemption_id": "r_1", "amount": "100"},
        {"redemption_id": "r_1", "amount": "30"},
    ]


@pytest.mark.parametrize(
    "parameters",
    [
        {"order": "created_at"},
        {"fields": ["status"]},
        {"filters": {"status": {"conditions": {"$is": "PAID"}}}},
        {"filters": {"metadata.x": {"conditions": {"$is": "PAID"}}}},
    ],
)
async def test_what_the_ledger_does_not_have_is_refused(
    api: World, parameters: dict[str, Any]
) -> None:
    answer = await api.client.post(
        "/v1/exports", json={"exported_object": "ledger", "parameters": parameters}
    )

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")


async def test_a_strict_channel_sees_no_ledger(api: World) -> None:
    made = await api.client.post("/v1/exports", json={"exported_object": "ledger"})
    strict = {"X-Voucherify-Channel": "Python-SDK"}

    listed = (await api.get("/v1/exports", **strict)).json()

    assert (listed["exports"], listed["total"]) == ([], 0)
    assert (await api.get(f"/v1/exports/{made.json()['id']}", **strict)).status_code == 404


@pytest.mark.parametrize("headers", [{"X-Voucherify-Channel": "Python-SDK"}, {}])
async def test_a_strict_channel_makes_no_ledger_which_it_could_not_be_shown(
    api: World, headers: dict[str, str]
) -> None:
    path = "/v1/exports" if headers else "/v1/exports?statuses=published"
    body = {"exported_object": "ledger", "parameters": {}}

    answer = await api.client.post(path, json=body, headers=headers)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert answer.json()["details"] == "Property .exported_object must be one of order"
    assert (await api.get("/v1/exports")).json()["total"] == 0
