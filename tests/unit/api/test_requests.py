"""What all requests and answers have in common: paths, methods, errors, headers."""

import json
import logging

import httpx
import pytest

from order_projector.projection.ports import Unavailable
from tests.support.api import HEADERS, World
from tests.support.events import order_event


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/orders/",
        "/v1//orders",
        "/v1/nothing",
        "/v1/orders/%FF",
        "/v1/orders/" + "a" * 257,
        "/v1/orders/a/b",
        "/v1/orders/a/timeline/",
        "/docs",
    ],
)
async def test_a_path_that_is_none_is_not_found_and_never_redirected(api: World, path: str) -> None:
    answer = await api.get(path)

    body = answer.json()
    assert answer.status_code == 404
    assert (body["code"], body["key"], body["message"]) == (404, "not_found", "Resource not found")
    assert body["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("name", ["a/b", "a/timeline", "ü€", "50%", "a b", "a+b", "..", "x" * 256])
async def test_an_id_is_one_raw_segment_that_is_decoded_once(api: World, name: str) -> None:
    await api.told(order_event(0, id=name))
    encoded = "".join(f"%{byte:02X}" for byte in name.encode())

    answer = await api.get(f"/v1/orders/{encoded}")

    assert (answer.status_code, answer.json()["id"]) == (200, name)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/orders", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", "/v1/orders/x", {"GET", "HEAD", "OPTIONS", "PUT"}),
        ("PATCH", "/v1/orders/x/timeline", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/livez", {"GET", "HEAD", "OPTIONS"}),
    ],
)
async def test_a_method_that_a_path_does_not_have_is_refused_with_all_that_it_has(
    api: World, method: str, path: str, allow: set[str]
) -> None:
    refused = await api.client.request(method, path, headers={"X-App-Token": "wrong"})
    asked = await api.client.options(path, headers={"X-App-Token": "wrong"})

    assert (refused.status_code, refused.json()["key"]) == (405, "method_not_allowed")
    assert set(refused.headers["Allow"].split(", ")) == allow
    assert (asked.status_code, asked.content) == (204, b"")
    assert set(asked.headers["Allow"].split(", ")) == allow


async def test_head_is_answered_as_get_without_a_body(api: World) -> None:
    await api.told(order_event(0))
    for path in ("/v1/orders", "/v1/orders/ord_1", "/v1/orders/ord_1/timeline", "/livez"):
        got, head = await api.get(path), await api.client.head(path)

        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]
        assert head.headers.get("etag") == got.headers.get("etag")


async def test_a_request_id_is_ours_and_stands_in_the_log(
    api: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "order_projector.api.access"):
        first = await api.get("/v1/orders?source_id=secret", **{"X-Request-Id": "mine"})
        second = await api.get("/v1/orders")

    ids = [answer.headers["X-Request-Id"] for answer in (first, second)]
    assert all(each.startswith("v-") for each in ids)
    assert ids[0] != ids[1]
    told = [record for record in caplog.records if record.name == "order_projector.api.access"]
    assert [record.__dict__["request_id"] for record in told] == ids
    assert "secret" not in caplog.text


async def test_lists_are_compressed_where_that_is_accepted_and_orders_are_not(api: World) -> None:
    await api.told(order_event(0, metadata={"text": "x" * 2000}))

    async def encoding(path: str, accepted: str) -> str | None:
        answer = await api.get(path, **{"Accept-Encoding": accepted})
        assert answer.status_code == 200
        assert json.loads(answer.content)
        found: str | None = answer.headers.get("content-encoding")
        return found

    assert await encoding("/v1/orders", "gzip, br") == "gzip"
    assert await encoding("/v1/orders", "GZIP") == "gzip"
    assert await encoding("/v1/orders", "br, Gzip;Q=0.5") == "gzip"
    assert await encoding("/v1/orders", "gzip;q=0, br") is None
    assert await encoding("/v1/orders", "GZIP;Q=0.0") is None
    assert await encoding("/v1/orders", "br") is None
    assert await encoding("/v1/orders/ord_1", "gzip") is None


async def test_lists_are_compressed_if_gzip_is_in_a_later_one_of_several_headers(
    api: World,
) -> None:
    await api.told(order_event(0, metadata={"text": "x" * 2000}))
    headers = [*HEADERS.items(), ("Accept-Encoding", "br"), ("Accept-Encoding", "gzip")]

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=api.app), base_url="http://api"
    ) as client:
        client.headers.clear()
        answer = await client.get("/v1/orders", headers=headers)

    assert answer.headers.get("content-encoding") == "gzip"


async def test_nothing_is_kept_by_caches_but_an_order_that_is_asked_for_again(api: World) -> None:
    await api.told(order_event(0))

    order, orders = await api.get("/v1/orders/ord_1"), await api.get("/v1/orders")
    written = await api.client.put("/v1/orders/ord_1", json={"status": "PAID"})

    assert order.headers["Cache-Control"] == "private, no-cache"
    assert orders.headers["Cache-Control"] == "no-store"
    assert written.headers["Cache-Control"] == "no-store"
    assert "X-Voucherify-Channel" in order.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in order.headers


async def test_a_database_that_is_away_is_said_to_be_and_nothing_of_the_inside(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("mongodb.internal:27017")

    monkeypatch.setattr(type(api.services.reader), "by_name", away)
    answer = await api.get("/v1/orders/ord_1")

    assert (answer.status_code, answer.json()["key"]) == (503, "service_unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert "mongodb" not in answer.text


async def test_what_nobody_expected_is_an_internal_error_and_shows_nothing(
    api: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr(type(api.services.reader), "by_name", broken)
    answer = await api.get("/v1/orders/ord_1")

    assert (answer.status_code, answer.json()["key"]) == (500, "internal_error")
    assert "inside" not in answer.text
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"]
    assert "ZeroDivisionError" in caplog.text


async def test_the_log_says_which_service_a_request_found_away_and_why(
    api: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "order_projector.api.access")
    api.log.answers = False

    refused = await api.client.post("/v1/orders", json={"id": "ord_1"})
    await api.get("/v1/orders")

    [first, second] = caplog.records
    assert (refused.status_code, getattr(first, "reason", None)) == (503, "broker: no broker")
    assert "no broker" not in refused.text
    assert not hasattr(second, "reason")
