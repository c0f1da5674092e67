"""Strict channels: in every answer to them, PROCESSING reads CREATED."""

import json
from typing import Any

import pytest

from tests.support.api import World, basic
from tests.support.events import event_at, order_event, paid, redeemed, rolled_back
from tests.unit.api.exported import file

STRICT = {"X-Voucherify-Channel": "Python-SDK"}


@pytest.fixture(autouse=True)
async def one_order(api: World) -> None:
    """Add an order that is PROCESSING, and was CREATED before."""
    await api.told(order_event(0), event_at(1, "order.processing", {"order": {"id": "ord_1"}}))


async def test_a_timeline_tells_of_published_statuses_alone(api: World) -> None:
    await api.told(event_at(2, "order.paid", {"order": {"id": "ord_1"}}))

    strict = await api.get("/v1/orders/ord_1/timeline", **STRICT)
    other = await api.get("/v1/orders/ord_1/timeline")

    assert other.text.count("PROCESSING") == 7
    assert "PROCESSING" not in strict.text
    _, second, third = strict.json()["chapters"]
    assert second["title"] == "the order's own details, now CREATED"
    assert [it["path"] for it in second["changes"]] == ["updated_at"]
    assert (second["status"]["before"], second["status"]["after"]) == ("CREATED", "CREATED")
    assert second["status"]["sentence"].startswith("status stays CREATED: ")
    assert third["status"]["sentence"].startswith("status CREATED -> PAID: ")
    assert {"path": "status", "before": "CREATED", "after": "PAID"} in third["changes"]
    assert strict.json()["order"]["status"] == "PAID"
    assert strict.json().keys() == other.json().keys()


async def test_a_timeline_ends_with_the_order_that_the_channel_is_shown(api: World) -> None:
    timeline = (await api.get("/v1/orders/ord_1/timeline?statuses=published")).json()

    assert timeline["order"]["status"] == "CREATED"
    assert timeline["holds"] is True


async def test_orders_that_are_downloaded_have_published_statuses_and_cells_the_true_one(
    api: World,
) -> None:
    lines = (await file(api, {"format": "jsonl"}, **STRICT)).text
    true_lines = (await file(api, {"format": "jsonl"})).text
    cells = (await file(api, {"fields": ["status"]}, **STRICT)).text

    assert json.loads(lines)["status"] == "CREATED"
    assert json.loads(true_lines)["status"] == "PROCESSING"
    assert cells == "status\r\nPROCESSING\r\n"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/orders/ord_1", 200),
        ("/v1/nothing", 404),
        ("/orders/ord_1/json", 200),
        ("/orders/ord_1", 200),
        ("/orders/none/json", 404),
    ],
)
async def test_every_answer_varies_by_the_channel(api: World, path: str, status: int) -> None:
    headers = basic() if path.startswith("/orders") else {}

    answer = await api.get(path, **STRICT, **headers)

    assert answer.status_code == status
    assert "X-Voucherify-Channel" in answer.headers["Vary"]


@pytest.mark.parametrize("body", [{"id": "ord_1", "status": "CREATED"}, {"id": "ord_1"}])
async def test_a_status_that_was_shown_publishes_nothing_when_it_is_posted(
    api: World, body: dict[str, Any]
) -> None:
    answer = await api.client.post("/v1/orders", json=body, headers=STRICT)

    assert (answer.status_code, answer.json()["status"]) == (200, "CREATED")
    assert answer.headers["ETag"] == '"2-p"'
    assert api.log.events == []


async def test_a_status_that_was_shown_publishes_nothing_when_it_is_imported(api: World) -> None:
    orders = [{"id": "ord_1", "status": "CREATED"}, {"id": "ord_2", "status": "CREATED"}]

    answer = await api.client.post("/v1/orders/import", json=orders, headers=STRICT)
    await api.services.importer.work()

    action = (await api.get(f"/v1/async-actions/{answer.json()['async_action_id']}")).json()
    assert action["result"] == {"done_count": 2, "failed_count": 0, "failed": []}
    assert [event["data"]["order"]["id"] for event in api.log.published()] == ["ord_2"]
    assert (await api.get("/v1/orders/ord_1")).json()["status"] == "PROCESSING"


async def tell_processing(api: World) -> None:
    """Add a redemption and a rollback that say PROCESSING, and a payment that leads to it."""
    await api.told(
        redeemed(2, "r_1", order={"id": "ord_1", "status": "PAID"}),
        redeemed(3, "r_2", order={"id": "ord_1", "status": "PROCESSING"}),
        event_at(4, "order.updated", {"order": {"id": "ord_1", "status": "CREATED"}}),
        paid(5, 1, "authorized"),
        event_at(6, "order.paid", {"order": {"id": "ord_1"}}),
        rolled_back(7, "rr_1", "r_1", status="PROCESSING"),
    )


@pytest.mark.parametrize(
    "path",
    [
        "/v1/orders",
        "/v1/orders/ord_1",
        "/v1/orders/ord_1/timeline",
        "/orders/ord_1/json",
        "/orders",
        "/orders/ord_1",
        "/orders/ord_1?at=2026-03-01T12:05:00Z",
    ],
)
@pytest.mark.parametrize("is_asked", [True, False], ids=["by query", "by header"])
async def test_no_answer_to_a_strict_channel_says_processing_and_others_do(
    api: World, path: str, is_asked: bool
) -> None:
    await tell_processing(api)
    headers = basic() if path.startswith("/orders") else {}
    asked = f"{path}{'&' if '?' in path else '?'}statuses=published" if is_asked else path

    other = await api.get(path, **headers)
    strict = await api.get(asked, **headers, **({} if is_asked else STRICT))

    assert "PROCESSING" in other.text
    assert strict.status_code == 200
    assert "PROCESSING" not in strict.text
    assert "CREATED" in strict.text


async def test_the_page_of_a_strict_channel_has_an_etag_of_its_own(api: World) -> None:
    page = await api.get("/orders/ord_1", **basic())
    strict = await api.get("/orders/ord_1", **basic(), **STRICT)

    assert strict.headers["ETag"] != page.headers["ETag"]
    for etag, status in ((page.headers["ETag"], 200), (strict.headers["ETag"], 304)):
        answer = await api.get("/orders/ord_1", **basic(), **STRICT, **{"If-None-Match": etag})
        assert answer.status_code == status
