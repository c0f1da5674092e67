"""The OpenAPI document names the headers of every answer, and the methods that answer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from order_projector.api.description import document
from order_projector.projection.api_jobs import ExportJob
from order_projector.projection.ports import Unavailable
from tests.support.api import HEADERS, World, basic, created, key_line, world
from tests.support.memory_reading import MemoryReader

OF_ANY_MESSAGE = {"content-type", "content-length"}
"""Headers that OpenAPI leaves to the description of the content."""

NAMED = "/v1/orders/{name}"
EXPORT = "/v1/exports/{name}"

Request = tuple[str, str, int, dict[str, Any]]


def named(**headers: str) -> dict[str, Any]:
    return {"name": "ord_1", "headers": headers}


GZIP = {"headers": {"Accept-Encoding": "gzip"}}
LEDGER = {"json": {"exported_object": "ledger"}}
STALE = {"If-Match": '"9"'}
NO_KEY = {"X-App-Token": "wrong"}
JSON_OF_MANY = {"json": [{"id": "ord_2"}]}
TEXT = {"content": b"x", "headers": {"Content-Type": "text/plain"}}

REQUESTS: list[Request] = [
    ("GET", "/v1/orders", 200, {}),
    ("GET", "/v1/orders", 200, GZIP),
    ("GET", "/v1/orders", 400, {"params": {"limit": "0"}}),
    ("GET", "/v1/orders", 401, {"headers": NO_KEY}),
    ("POST", "/v1/orders", 200, {"json": {"id": "ord_1", "status": "PAID"}}),
    ("POST", "/v1/orders", 200, {"json": {"id": "ord_1"}}),
    ("POST", "/v1/orders", 400, {"json": {"id": 5}}),
    ("POST", "/v1/orders", 415, TEXT),
    ("POST", "/v1/orders", 413, {"content": b"[" + b"1," * 3_000_000}),
    ("GET", NAMED, 200, named()),
    ("GET", NAMED, 200, named() | {"params": {"at": "2026-04-01"}}),
    ("GET", NAMED, 304, named(**{"If-None-Match": '"1"'})),
    ("GET", NAMED, 404, {"name": "none"}),
    ("GET", NAMED, 409, named() | {"params": {"min_revision": "9"}}),
    ("PUT", NAMED, 200, named() | {"json": {"status": "PAID"}}),
    ("PUT", NAMED, 200, named() | {"json": {}}),
    ("PUT", NAMED, 412, named(**STALE) | {"json": {"status": "PAID"}}),
    ("GET", "/v1/orders/{name}/timeline", 200, named()),
    ("POST", "/v1/orders/import", 202, JSON_OF_MANY),
    ("POST", "/v1/orders/export", 200, {}),
    ("GET", "/v1/exports", 200, {}),
    ("POST", "/v1/exports", 200, LEDGER),
    ("GET", EXPORT, 200, {"name": "exp_1"}),
    ("GET", EXPORT, 404, {"name": "none"}),
    ("DELETE", EXPORT, 204, {"name": "exp_1"}),
    ("GET", "/v1/async-actions", 200, GZIP),
    ("GET", "/v1/async-actions/{name}", 404, {"name": "none"}),
    ("GET", "/orders", 200, {}),
    ("GET", "/orders", 200, GZIP),
    ("GET", "/orders", 303, {"params": {"q": "ord_1"}}),
    ("GET", "/orders", 401, {"headers": NO_KEY}),
    ("GET", "/orders/{name}", 200, named()),
    ("GET", "/orders/{name}", 304, named(**{"If-None-Match": "*"})),
    ("GET", "/orders/{name}", 404, {"name": "none"}),
    ("GET", "/orders/{name}/json", 200, named()),
    ("GET", "/orders/assets/{file}", 200, {"file": "page.css"}),
    ("GET", "/orders/assets/{file}", 304, {"file": "page.css", "headers": {"If-None-Match": "*"}}),
    ("POST", "/webhooks/voucherify", 401, {}),
    ("GET", "/livez", 200, {}),
    ("GET", "/readyz", 200, {}),
    ("GET", "/metrics", 200, {}),
    ("GET", "/openapi.json", 200, {}),
]


def described(path: str, method: str, status: int) -> Mapping[str, bool]:
    """Return the headers of an answer in small letters, and whether each is always there."""
    headers = document()["paths"][path][method.lower()]["responses"][str(status)]["headers"]
    shared = document()["components"]["headers"]
    found = {}
    for name, header in headers.items():
        whole = shared[header["$ref"].rpartition("/")[2]] if "$ref" in header else header
        found[name.lower()] = whole.get("required", False)
    return found


def check(answer: httpx.Response, path: str) -> None:
    """Check that an answer has the headers that the document names, and no other."""
    method = answer.request.method
    headers = described(path, method, answer.status_code)
    present = set(answer.headers) - OF_ANY_MESSAGE
    assert present <= headers.keys()
    assert {name for name, is_always in headers.items() if is_always} <= present


async def asked(api: World, method: str, path: str, **given: Any) -> httpx.Response:
    """Return the answer to a request to a path of the document."""
    headers = HEADERS | given.pop("headers", {})
    segments = {name: given.pop(name) for name in ("name", "file") if name in given}
    return await api.client.request(method, path.format(**segments), headers=headers, **given)


@pytest.fixture
async def filled(api: World) -> World:
    """Return an API with an order, and with an export whose id is known."""
    await created(api, id="ord_1", amount=900, metadata={"long": "x" * 1000})
    await created(api, id="ord_3", metadata={"long": "x" * 1000})
    await api.services.exports.create(ExportJob("exp_1", 5, "order", {}, "secret"))
    for _ in range(9):
        await api.client.post("/v1/orders/import", json=[])
    return api


@pytest.mark.parametrize(("method", "path", "status", "given"), REQUESTS)
async def test_an_answer_has_the_headers_that_the_document_names_and_no_other(
    filled: World, method: str, path: str, status: int, given: dict[str, Any]
) -> None:
    answer = await asked(filled, method, path, **given)

    assert answer.status_code == status, answer.text
    check(answer, path)


HEADS = [request for request in REQUESTS if request[0] == "GET"]


@pytest.mark.parametrize(("method", "path", "status", "given"), HEADS)
async def test_head_answers_as_get_without_content_and_is_described(
    filled: World, method: str, path: str, status: int, given: dict[str, Any]
) -> None:
    answer = await asked(filled, "HEAD", path, **given)

    assert (answer.status_code, answer.content) == (status, b"")
    check(answer, path)
    responses = document()["paths"][path]
    assert responses["head"]["responses"].keys() == responses[method.lower()]["responses"].keys()
    assert all("content" not in each for each in responses["head"]["responses"].values())


@pytest.mark.parametrize("path", document()["paths"])
async def test_options_answers_the_described_methods_of_every_path(api: World, path: str) -> None:
    answer = await api.client.options(path.format(name="ord_1", file="page.css"), headers={})

    assert answer.status_code == 204
    check(answer, path)
    is_a_name_too = path in {"/v1/orders/import", "/v1/orders/export"}
    items = [document()["paths"][each] for each in ([path, NAMED] if is_a_name_too else [path])]
    methods = {each.upper() for item in items for each in item if each != "parameters"}
    assert set(answer.headers["Allow"].split(", ")) == methods


async def test_a_write_that_is_not_folded_tells_where_its_order_will_be(filled: World) -> None:
    filled.log.folds = False

    for method, path in (("POST", "/v1/orders"), ("PUT", NAMED)):
        answer = await asked(filled, method, path, name="ord_1", json={"id": "ord_1", "amount": 5})
        assert answer.status_code == 202
        check(answer, path)


async def test_a_file_is_described_with_the_name_that_it_is_given(filled: World) -> None:
    url = (await asked(filled, "GET", EXPORT, name="exp_1")).json()["result"]["url"]

    for method in ("GET", "HEAD"):
        answer = await filled.client.request(method, url.partition(".example")[2])
        assert "Content-Disposition" in answer.headers
        check(answer, EXPORT)


async def test_what_is_refused_for_its_key_or_its_rate_is_described(tmp_path: Path) -> None:
    async with world(tmp_path, rate=1) as api:
        api.keys_file.write_text(key_line("few", scopes=("orders:export",)) + "\n" + key_line())
        forbidden = await api.get("/v1/orders", **{"X-App-Id": "few"})
        first, second = [await api.get("/orders/ord_1", **basic()) for _ in range(2)]

    for answer, status in ((forbidden, 403), (first, 404), (second, 429)):
        assert answer.status_code == status
        check(answer, "/v1/orders" if status == 403 else "/orders/{name}")


@pytest.mark.parametrize("path", ["/v1/orders/{name}", "/orders/{name}"])
async def test_an_answer_while_the_database_is_away_is_described(
    api: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("no database")

    monkeypatch.setattr(MemoryReader, "by_name", away)

    answer = await asked(api, "GET", path, name="ord_1")

    assert answer.status_code == 503
    check(answer, path)
