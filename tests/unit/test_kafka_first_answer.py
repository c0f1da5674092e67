"""A broker that takes connections and says nothing is given up soon, before anything is asked."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection import diagnosis
from order_projector.adapters.kafka.connection.diagnosis import ConnectionDiagnosis
from order_projector.adapters.kafka.topics import admin
from order_projector.local.ports import HOST, free_port
from order_projector.projection.ports import Unavailable
from order_projector.settings import load

SOON = 0.05


async def test_a_broker_that_never_answers_is_not_waited_for_as_one_that_has_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first answer has a bound of its own, shorter than that of a request."""
    monkeypatch.setattr(admin, "FIRST_ANSWER_WITHIN", SOON)
    monkeypatch.setattr(diagnosis, "ANSWER_WITHIN", SOON)
    with socket.create_server((HOST, 0)) as silent:
        at = f"{HOST}:{silent.getsockname()[1]}"
        settings = load(kafka_bootstrap_servers=at)
        async with asyncio.timeout(15):
            with pytest.raises(Unavailable, match=f"^{at}: no answer$"):
                async with admin.opened(settings, 60):
                    pytest.fail("nobody has answered")


async def test_the_first_answer_has_no_more_time_than_any_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diagnosis, "ANSWER_WITHIN", SOON)
    with socket.create_server((HOST, 0)) as silent:
        settings = load(kafka_bootstrap_servers=f"{HOST}:{silent.getsockname()[1]}")
        async with asyncio.timeout(4):
            with pytest.raises(Unavailable):
                async with admin.opened(settings, SOON):
                    pytest.fail("nobody has answered")


async def test_later_answers_have_the_time_that_was_asked_for() -> None:
    at = f"{HOST}:{free_port()}"
    client = AIOKafkaAdminClient(bootstrap_servers=at, request_timeout_ms=7_000)
    with pytest.raises(KafkaConnectionError):
        await private_api.start_within(client, 5)
    assert client._client._request_timeout_ms == 7_000
    await client.close()


async def test_brokers_that_do_not_answer_are_asked_for_the_reason_all_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everyone = asyncio.Barrier(3)

    async def meet(_host: str, _port: int, _options: Mapping[str, Any]) -> None:
        await everyone.wait()
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(private_api, "dial", meet)
    settings = load(kafka_bootstrap_servers="one:1,two:2,three:3")
    away = await ConnectionDiagnosis(settings).diagnose(Unavailable("nobody"))
    assert str(away) == "one:1: refused; two:2: refused; three:3: refused"
