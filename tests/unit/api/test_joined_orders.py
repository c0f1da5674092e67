"""An order is read, explained and written with everything that came by its source id alone."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from tests.support.api import NOON, World
from tests.support.events import event_at, order_event, redeemed


def payment(minute: int, amount: int) -> dict[str, Any]:
    """Return a payment that names the order only by the shop's number."""
    paid = {"id": f"pay_{minute}", "amount": amount, "order_source_id": "shop-1"}
    return event_at(minute, "payment.succeeded", {"payment": paid})


CREATED = order_event(1, "created", source_id="shop-1", amount=1000)


async def test_an_order_is_answered_with_its_payment_by_id_and_by_source_id(api: World) -> None:
    await api.told(payment(0, 1000), CREATED)

    by_id, by_source_id = await api.get("/v1/orders/ord_1"), await api.get("/v1/orders/shop-1")
    assert by_id.json()["status"] == "PAID"
    assert by_source_id.json() == by_id.json()


async def test_an_order_of_the_past_has_what_came_by_source_id_until_then(api: World) -> None:
    await api.told(CREATED, payment(2, 400), payment(9, 600))

    early = (await api.get("/v1/orders/ord_1?at=2026-03-01T12:05:00Z")).json()
    assert list(early["payments"]) == ["pay_2"]
    assert early["source_id"] == "shop-1"


async def test_an_order_as_it_was_known_has_what_was_told_by_then(api: World) -> None:
    await api.told(CREATED, payment(2, 400), at=NOON - timedelta(hours=2))
    await api.told(payment(3, 600))

    known = (NOON - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    early = (await api.get(f"/v1/orders/ord_1?known_at={known}")).json()
    assert list(early["payments"]) == ["pay_2"]


async def test_a_copy_that_came_by_source_id_and_counts_today_is_known_since_its_own_record(
    api: World,
) -> None:
    """The order's own copy of the payment lost against it, as one without names would have."""
    own = event_at(2, "payment.succeeded", {"payment": {"id": "pay_5", "amount": 7}})
    own["data"]["order"] = {"id": "ord_1"}
    await api.told(CREATED, own, at=NOON - timedelta(hours=2))
    await api.told(payment(5, 400))

    assert (await api.get("/v1/orders/ord_1")).json()["payments"]["pay_5"]["amount"] == 400
    known = (NOON - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    early = (await api.get(f"/v1/orders/ord_1?known_at={known}")).json()
    assert "payments" not in early


async def test_a_timeline_says_by_which_source_id_an_event_came(api: World) -> None:
    await api.told(CREATED, payment(2, 400))

    timeline = (await api.get("/v1/orders/shop-1/timeline")).json()
    assert [list(each["source_ids"].values()) for each in timeline["chapters"]] == [[], ["shop-1"]]
    assert timeline["drift"] == []


async def test_the_ledger_has_discounts_that_came_by_source_id_alone(api: World) -> None:
    off = {"id": "v_1", "discount": {"type": "AMOUNT", "amount_off": 200}}
    await api.told(CREATED, redeemed(2, "r_1", order={"source_id": "shop-1"}, voucher=off))

    made = await api.client.post("/v1/exports", json={"exported_object": "ledger"})
    url = (await api.get(f"/v1/exports/{made.json()['id']}")).json()["result"]["url"]
    text = (await api.get(url.removeprefix("https://orders.example"))).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["order_id"], row["amount"]) for row in rows] == [("ord_1", "200")]


async def test_a_list_has_an_order_once_and_none_under_a_derived_id(api: World) -> None:
    await api.told(payment(0, 1000), CREATED)

    listed = (await api.get("/v1/orders")).json()
    assert [order["id"] for order in listed["orders"]] == ["ord_1"]
    assert listed["total"] == 1


async def test_a_write_by_source_id_alone_is_answered_with_the_order_that_owns_it(
    api: World,
) -> None:
    await api.told(CREATED)

    body = {"source_id": "shop-1", "metadata": {"gift": True}}
    answer = await api.client.post("/v1/orders", json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["id"], answer.json()["metadata"]) == ("ord_1", {"gift": True})


@pytest.mark.parametrize("claims_first", [True, False])
async def test_a_contested_source_id_leads_to_the_order_with_the_earliest_claim(
    api: World, claims_first: bool
) -> None:
    later = event_at(3, "order.created", {"order": {"id": "ord_0", "source_id": "shop-1"}})
    await api.told(*((CREATED, later) if claims_first else (later, CREATED)))

    assert (await api.get("/v1/orders/shop-1")).json()["id"] == "ord_1"
