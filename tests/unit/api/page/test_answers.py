"""What all pages have in common: access, errors, security policy, and what they load."""

import json
import re
from pathlib import Path

import pytest

from order_projector.projection.ports import Unavailable
from tests.support.api import TOKEN, World, basic, key_line, world
from tests.support.events import event_at, order_event
from tests.support.markup import read_html
from tests.support.story import ORDER_ID, WHOLE
from tests.unit.api.page.conftest import ReadPage

PAGES = ("/orders", f"/orders/{ORDER_ID}", f"/orders/{ORDER_ID}?at=2026-03-02", "/orders/no")
ASSETS = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def without_key(api: World) -> None:
    for name in ("X-App-Id", "X-App-Token"):
        del api.client.headers[name]


@pytest.mark.parametrize(
    "path", ["/orders", "/orders/x", "/orders/x/json", "/orders/assets/page.css"]
)
async def test_whoever_shows_no_good_key_is_asked_to_log_in(api: World, path: str) -> None:
    without_key(api)

    refused = [
        await api.get(path),
        await api.get(path, **basic("other")),
        await api.get(path, Authorization=f"Bearer shop.{TOKEN}"),
    ]

    assert [answer.status_code for answer in refused] == [401] * 3
    assert {answer.headers["WWW-Authenticate"] for answer in refused} == {
        'Basic realm="orders", charset="UTF-8"'
    }
    assert {read_html(answer.text).one("h1").text for answer in refused} == {"Unauthorized"}


async def test_a_browser_logs_in_with_app_id_and_token(api: World) -> None:
    without_key(api)

    assert (await api.get("/orders", **basic())).status_code == 200


async def test_a_key_that_may_not_read_orders_is_told_so_on_a_page(api: World) -> None:
    api.keys_file.write_text(key_line(scopes=("orders:export",)))

    answer = await api.get("/orders")

    assert answer.status_code == 403
    assert "The key lacks the scope orders:read" in read_html(answer.text).one("main").text


async def test_errors_are_pages_with_the_request_id(api: World) -> None:
    await api.told(order_event(0), event_at(5, "order.erased", {"order": {"id": "ord_1"}}))

    for path, status, said in (
        ("/orders/no", 404, "Cannot find order with id no"),
        ("/orders/ord_1", 410, "The order with id ord_1 was erased"),
        ("/orders/no/json", 404, "Cannot find order with id no"),
        ("/orders/", 404, "Resource not found"),
        ("/orders/a/b/c", 404, "Resource not found"),
        ("/orders/assets/none.css", 404, "Resource not found"),
        ("/orders/%FF", 404, "Resource not found"),
        ("/orders/x?at=today", 400, "Parameter at must be an ISO 8601 date"),
        ("/orders/x?steps=0", 400, "Parameter steps must be a whole number"),
        ("/orders?q=" + "x" * 257, 400, "Parameter q must have at most 256 characters"),
        ("/orders?starting_after_id=no", 400, "must be the id of an order"),
    ):
        answer = await api.get(path)
        page = read_html(answer.text)
        assert answer.status_code == status, path
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert said in page.one("main").text
        assert page.one("code").text == answer.headers["X-Request-Id"]


async def test_a_page_is_only_read(api: World) -> None:
    refused, asked = await api.client.post("/orders/x"), await api.client.options("/orders/x")

    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert read_html(refused.text).one("h1").text == "Method not allowed"
    assert (asked.status_code, asked.content) == (204, b"")


async def test_beyond_the_rate_a_page_says_so(tmp_path: Path) -> None:
    async with world(tmp_path, rate=1) as api:
        await api.get("/orders")
        answer = await api.get("/orders")

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert "At most 1 requests a minute" in answer.text


async def test_a_database_that_is_away_is_a_page_that_shows_nothing_of_the_inside(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("mongodb.internal:27017")

    monkeypatch.setattr(type(api.services.reader), "by_name", away)
    answer = await api.get("/orders/ord_1")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert read_html(answer.text).one("h1").text == "Service unavailable"
    assert "mongodb" not in answer.text


async def test_what_nobody_expected_is_a_page_that_shows_nothing(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr(type(api.services.reader), "by_name", broken)
    answer = await api.get("/orders/ord_1")

    assert answer.status_code == 500
    assert read_html(answer.text).one("h1").text == "Internal error"
    assert "inside" not in answer.text


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_runs_but_our_script_and_nothing_comes_from_elsewhere(
    api: World, path: str
) -> None:
    await api.told(*WHOLE)

    answer = await api.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = read_html(answer.text)
    assert page.find("style") == []
    assert [script.text for script in page.find("script")] in ([], [""])
    for element in page.all():
        assert not [name for name in element.attributes if name == "style" or name[:2] == "on"]
        for name in ("href", "src", "action"):
            assert re.match(r"/orders|#|$", element.attributes.get(name, ""))


async def test_a_page_that_has_not_changed_is_not_sent_again_and_keeps_its_policy(
    api: World,
) -> None:
    await api.told(*WHOLE[:-1])
    first = await api.get(f"/orders/{ORDER_ID}")
    known = {"If-None-Match": first.headers["ETag"]}

    same = await api.get(f"/orders/{ORDER_ID}", **known)
    await api.told(WHOLE[-1])
    changed = await api.get(f"/orders/{ORDER_ID}", **known)

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert changed.status_code == 200


async def test_a_moment_has_no_tag_and_follows_nothing(api: World, read_page: ReadPage) -> None:
    await api.told(*WHOLE)

    answer = await api.get(f"/orders/{ORDER_ID}?at=2026-03-02")

    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert read_html(answer.text).find("script") == []
    assert len((await read_page(f"/orders/{ORDER_ID}")).find("script")) == 1


@pytest.mark.parametrize("name", ASSETS)
async def test_what_pages_load_is_sent_once(api: World, name: str) -> None:
    first = await api.get(f"/orders/assets/{name}")
    again = await api.get(f"/orders/assets/{name}", **{"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Content-Type"]) == (200, ASSETS[name])
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert (again.status_code, again.content) == (304, b"")


async def test_an_order_called_assets_has_a_page_and_its_json(api: World) -> None:
    await api.told(order_event(0, id="assets"))

    assert (await api.get("/orders/assets")).status_code == 200
    assert json.loads((await api.get("/orders/assets/json")).content)["id"] == "assets"


async def test_pages_are_compressed_where_that_is_accepted(api: World) -> None:
    await api.told(*WHOLE)

    answer = await api.get(f"/orders/{ORDER_ID}", **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


async def test_head_is_answered_as_get_without_a_body(api: World) -> None:
    await api.told(*WHOLE)

    for path in PAGES:
        got, head = await api.get(path), await api.client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
