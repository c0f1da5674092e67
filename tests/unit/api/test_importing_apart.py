"""The input of an import may be large: other requests are answered while it is read."""

import threading
from dataclasses import replace
from typing import Any

import httpx
import pytest

from order_projector.api import bodies, importing
from order_projector.api.application import create_app
from order_projector.api.importing import Importer
from order_projector.projection.folding import Threads
from tests.support.api import HEADERS, World


async def test_the_input_of_an_import_is_read_in_a_thread(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By who takes it, and by who works at it."""
    readers = list[str]()
    for module, name in ((bodies, "request"), (importing, "work")):
        parse = module.parse

        def noted(value: bytes, parse: Any = parse, name: str = name) -> Any:
            readers.append(f"{name} {threading.current_thread() is threading.main_thread()}")
            return parse(value)

        monkeypatch.setattr(module, "parse", noted)
    services = api.services
    writer = replace(services.writer, compute=Threads(1))
    importer = Importer(services.importer.imports, services.reader, writer, api.clock)
    app = create_app(replace(services, writer=writer, importer=importer))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        answer = await client.post("/v1/orders/import", json=[{"id": "ord_1"}], headers=HEADERS)
        refused = await client.post("/v1/orders/import", content=b"[", headers=HEADERS)
    await importer.work()

    assert (answer.status_code, refused.status_code) == (202, 400)
    assert readers == ["request False", "request False", "work False"]
    assert len(api.log.events) == 1
