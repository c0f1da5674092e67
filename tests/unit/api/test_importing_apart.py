"""The input of an import may be large: other requests are answered while it is read."""

import asyncio
import json
from typing import Any

import pytest

from order_projector.api.importing import AT_ONCE
from order_projector.events import parsing_in_pieces
from order_projector.events.parsing import parse
from order_projector.events.parsing_in_pieces import PIECE
from tests.support.api import World

LONG = json.dumps([{"id": f"ord_{number}", "metadata": "x" * 20_000} for number in range(50)])
"""Orders that are refused one by one, once they are read: each is longer than a piece."""


async def answered_meanwhile(api: World, work: asyncio.Task[object]) -> int:
    """Return how many probes are answered before the work is done."""
    probes = 0
    while not work.done():
        await asyncio.sleep(0)
        assert (await api.client.get("/livez")).status_code == 200
        probes += 1
    return probes


async def test_other_requests_are_answered_while_the_input_of_an_import_is_read(
    api: World,
) -> None:
    """By who takes it, and by who works at it."""
    work = api.services.importer.work

    async def post() -> object:
        answer = await api.client.post("/v1/orders/import", content=LONG)
        assert answer.status_code == 202
        return answer

    assert await answered_meanwhile(api, asyncio.create_task(post())) > 5
    assert await answered_meanwhile(api, asyncio.create_task(work())) > 5


async def test_a_long_body_that_is_not_json_is_refused_with_the_place_of_what_is_wrong(
    api: World,
) -> None:
    answer = await api.client.post("/v1/orders/import", content=LONG[:-1] + ",]")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert answer.json()["details"] == (
        f"The body is not JSON: from byte {len(LONG) - 1} on: an element is missing"
    )


async def test_an_import_reads_its_orders_as_it_comes_to_them(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it never has the values of all in memory: they take many times their text."""
    total, published = 3 * AT_ONCE, list[int]()
    orders = [{"id": f"ord_{number}", "metadata": {"a": "x" * PIECE}} for number in range(total)]
    answer = await api.client.post("/v1/orders/import", json=orders)
    assert answer.status_code == 202

    def noted(text: bytes) -> Any:
        published.append(len(api.log.events))
        return parse(text)

    monkeypatch.setattr(parsing_in_pieces, "parse", noted)
    await api.services.importer.work()

    batches = (0, AT_ONCE, 2 * AT_ONCE)
    assert published == [before for before in batches for _ in range(AT_ONCE)]
    assert len(api.log.events) == total
