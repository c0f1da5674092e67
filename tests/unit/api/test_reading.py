"""One order: by its names, as it was, by revision, and how it came about."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from order_projector.domain.source_ids import order_id_from
from tests.support.api import World, world
from tests.support.events import event_at, order_event, order_of, paid, redeemed, refunded

CREATED = order_event(
    0, "created", source_id="shop-1", items=[{"product_id": "p", "quantity": 2, "price": 500}]
)
REDEEMED = redeemed(
    10,
    "r_1",
    order={"id": "ord_1"},
    voucher={"discount": {"type": "AMOUNT", "amount_off": 300}},
)
PAID = paid(20, 700)
STRICT = {"X-Voucherify-Channel": "Python-SDK"}


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


async def test_an_order_is_served_as_everywhere_key_order_included(api: World) -> None:
    await api.told(CREATED, REDEEMED, PAID)

    answer = await api.get("/v1/orders/ord_1")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["ETag"] == '"3"'
    assert json.dumps(answer.json()) == json.dumps(order_of(CREATED, REDEEMED, PAID))


async def test_an_order_is_found_by_its_source_id(api: World) -> None:
    await api.told(CREATED, event_at(1, "order.created", {"order": {"source_id": "shop-2"}}))

    claimed, alone = await api.get("/v1/orders/shop-1"), await api.get("/v1/orders/shop-2")

    assert claimed.json()["id"] == "ord_1"
    assert alone.json()["id"] == order_id_from("shop-2")


async def test_an_order_that_there_is_not_is_named_in_the_error(api: World) -> None:
    answer = await api.get("/v1/orders/ord_x")

    assert answer.status_code == 404
    assert answer.json() == {
        "code": 404,
        "key": "not_found",
        "message": "Resource not found",
        "details": "Cannot find order with id ord_x",
        "request_id": answer.headers["X-Request-Id"],
        "resource_id": "ord_x",
        "resource_type": "order",
    }


async def test_an_erased_order_is_gone_by_its_id(api: World) -> None:
    await api.told(CREATED, event_at(5, "order.erased", {"order": {"id": "ord_1"}}))

    gone = await api.get("/v1/orders/ord_1")

    assert (gone.status_code, gone.json()["key"]) == (410, "gone")
    assert (await api.get("/v1/orders")).json()["orders"] == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [('"1"', 304), ('W/"1"', 304), ('"0", "1"', 304), ("*", 304), ('"2"', 200), ("1", 200)],
)
async def test_who_has_the_newest_state_is_told_so(api: World, sent: str, status: int) -> None:
    await api.told(CREATED)

    answer = await api.get("/v1/orders/ord_1", **{"If-None-Match": sent})

    assert answer.status_code == status
    assert answer.headers["ETag"] == '"1"'
    assert (answer.content == b"") is (status == 304)


@pytest.mark.parametrize(
    ("at", "total", "status"),
    [
        ("2026-03-01T12:00:00Z", 1000, "CREATED"),
        ("2026-03-01T12:09:59.999Z", 1000, "CREATED"),
        ("2026-03-01T14:10:00 02:00", 700, "CREATED"),
        ("2026-03-01T12:20:00Z", 700, "PAID"),
        ("2026-03-02", 700, "PAID"),
    ],
)
async def test_an_order_is_shown_as_it_was(api: World, at: str, total: int, status: str) -> None:
    await api.told(PAID, REDEEMED, CREATED)

    answer = await api.get(f"/v1/orders/ord_1?at={at}")

    assert answer.status_code == 200
    assert (answer.json()["total_amount"], answer.json()["status"]) == (total, status)
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


async def test_before_its_first_event_there_was_no_order(api: World) -> None:
    await api.told(CREATED)

    assert (await api.get("/v1/orders/ord_1?at=2026-03-01T11:59:59Z")).status_code == 404


async def test_what_is_void_today_is_void_at_every_moment(api: World) -> None:
    void = event_at(30, "event.voided", {"order": {"id": "ord_1"}, "voids": REDEEMED["id"]})
    await api.told(CREATED, REDEEMED, void)

    answer = await api.get("/v1/orders/ord_1?at=2026-03-01T12:15:00Z")

    assert answer.json()["total_amount"] == 1000


async def test_the_books_of_a_day_do_not_know_what_came_in_later(api: World) -> None:
    await api.told(CREATED, PAID, at=day(1))
    await api.told(refunded(25, 700, of=700), at=day(5))

    async def status(query: str) -> str | int:
        answer = await api.get(f"/v1/orders/ord_1?{query}")
        found: str | int = answer.json().get("status", answer.status_code)
        return found

    assert await status("known_at=2026-03-03") == "PROCESSING"
    assert await status("known_at=2026-03-05") == "CANCELED"
    assert await status("at=2026-03-03") == "CANCELED"
    assert await status("at=2026-03-03&known_at=2026-03-03") == "PROCESSING"
    assert await status("at=2026-03-01T12:05:00Z&known_at=2026-03-05") == "CREATED"
    assert await status("known_at=2026-02-28") == 404


async def test_what_was_void_later_still_counted_in_the_books_before(api: World) -> None:
    await api.told(CREATED, REDEEMED, at=day(1))
    void = event_at(30, "event.voided", {"order": {"id": "ord_1"}, "voids": REDEEMED["id"]})
    await api.told(void, at=day(5))

    before = await api.get("/v1/orders/ord_1?known_at=2026-03-03")
    after = await api.get("/v1/orders/ord_1?known_at=2026-03-06")

    assert (before.json()["total_amount"], after.json()["total_amount"]) == (700, 1000)


@pytest.mark.parametrize(
    "query",
    [
        "at=yesterday",
        "at=2026-13-01",
        "at=1772323200000",
        "at=2026-03-01&at=2026-03-02",
        "known_at=now",
        "min_revision=0",
        "min_revision=1.0",
        "min_revision=%2B1",
        "min_revision=1_0",
        "min_revision=9007199254740993",
        "min_revision=1&at=2026-03-01",
        "min_revision=1&known_at=2026-03-01",
    ],
)
async def test_a_parameter_that_is_none_is_named(api: World, query: str) -> None:
    await api.told(CREATED)

    answer = await api.get(f"/v1/orders/ord_1?{query}")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")
    assert query.partition("=")[0] in answer.json()["details"]


async def test_an_empty_or_unknown_parameter_is_as_if_it_were_not_there(api: World) -> None:
    await api.told(CREATED)

    answer = await api.get("/v1/orders/ord_1?at=&known_at=&min_revision=&other=%FF&other=2")

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'


async def test_a_revision_that_does_not_come_in_time_is_not_there_yet(api: World) -> None:
    await api.told(CREATED)

    there, not_yet = (
        await api.get("/v1/orders/ord_1?min_revision=1"),
        await api.get("/v1/orders/ord_1?min_revision=2"),
    )

    assert there.status_code == 200
    assert (not_yet.status_code, not_yet.json()["key"]) == (409, "not_yet")
    assert not_yet.json()["revision"] == 1
    assert (await api.get("/v1/orders/other?min_revision=1")).status_code == 404


async def test_a_revision_is_waited_for(tmp_path: Path) -> None:
    async with world(tmp_path, write_wait=30) as api:
        asked = asyncio.create_task(api.get("/v1/orders/ord_1?min_revision=2"))
        await asyncio.sleep(0)
        await api.told(CREATED)
        await api.told(PAID)
        answer = await asked

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')


async def test_a_timeline_is_what_the_command_prints(api: World) -> None:
    await api.told(CREATED, REDEEMED)

    timeline = (await api.get("/v1/orders/shop-1/timeline")).json()

    assert timeline["order_id"] == "ord_1"
    assert [chapter["at"] for chapter in timeline["chapters"]] == [
        "2026-03-01T12:00:00.000Z",
        "2026-03-01T12:10:00.000Z",
    ]
    assert timeline["holds"] is True
    assert timeline["order"]["total_amount"] == 700
    assert (await api.get("/v1/orders/other/timeline")).status_code == 404


PROCESSING = order_event(0, status="PROCESSING")


@pytest.mark.parametrize("channel", ["Python-SDK", "ruby-SDK", "PHP-x", "JAVA-", ".NET-SDK"])
async def test_a_strict_channel_reads_a_published_status(api: World, channel: str) -> None:
    await api.told(PROCESSING)
    headers = {"X-Voucherify-Channel": channel}

    one = await api.get("/v1/orders/ord_1", **headers)
    (listed,) = (await api.get("/v1/orders", **headers)).json()["orders"]
    (filtered,) = (await api.get("/v1/orders?status=CREATED", **headers)).json()["orders"]

    assert one.json()["status"] == listed["status"] == filtered["status"] == "CREATED"
    assert one.headers["ETag"] == '"1-p"'


async def test_published_statuses_can_be_asked_for_and_other_channels_see_all(api: World) -> None:
    await api.told(PROCESSING)

    asked = await api.get("/v1/orders/ord_1?statuses=published")
    other = await api.get("/v1/orders/ord_1", **{"X-Voucherify-Channel": "Node.js-SDK"})

    assert (asked.json()["status"], asked.headers["ETag"]) == ("CREATED", '"1-p"')
    assert (other.json()["status"], other.headers["ETag"]) == ("PROCESSING", '"1"')
    assert (await api.get("/v1/orders?status=CREATED")).json()["orders"] == []
