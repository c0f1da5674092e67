"""An export file is sent only once its beginning could be read; otherwise it is refused."""

from collections.abc import AsyncIterator

import pytest

from order_projector.projection.ports import StoredOrder, Unavailable
from tests.support.api import World
from tests.support.events import order_event


async def url_of_an_export(api: World) -> str:
    """Make an export, and return the path of its file."""
    made = (await api.client.post("/v1/orders/export", json={})).json()
    url: str = (await api.get(f"/v1/exports/{made['id']}")).json()["result"]["url"]
    return url.removeprefix("https://orders.example")


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_a_file_that_cannot_be_begun_is_refused(
    api: World, monkeypatch: pytest.MonkeyPatch, coding: str
) -> None:
    async def away(*_: object) -> AsyncIterator[StoredOrder]:
        raise Unavailable("mongodb.internal:27017")
        yield

    monkeypatch.setattr(type(api.services.reader), "walk", away)
    answer = await api.get(await url_of_an_export(api), **{"Accept-Encoding": coding})

    assert (answer.status_code, answer.json()["key"]) == (503, "service_unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert "Content-Disposition" not in answer.headers


async def test_a_file_comes_with_its_head(api: World) -> None:
    await api.told(order_event(0))

    answer = await api.get(await url_of_an_export(api))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.content == b"id,source_id,status\r\nord_1,,CREATED\r\n"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("accepted", ["*/*", "text/plain"])
async def test_head_of_a_file_has_the_headers_of_the_file_and_reads_nothing(
    api: World, monkeypatch: pytest.MonkeyPatch, coding: str, accepted: str
) -> None:
    url, asked = await url_of_an_export(api), {"Accept": accepted, "Accept-Encoding": coding}
    got = await api.get(url, **asked)

    monkeypatch.delattr(type(api.services.reader), "walk")
    head = await api.client.head(url, headers=asked)

    assert (head.status_code, head.content) == (200, b"")
    del head.headers["X-Request-Id"], got.headers["X-Request-Id"]
    assert head.headers == got.headers
    assert "Content-Length" not in head.headers
    assert head.headers.get("Content-Encoding", "identity") == coding
