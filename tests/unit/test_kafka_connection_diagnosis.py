"""If no broker can be reached, each is asked why: it is away, or it denies access, and how."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from order_projector.adapters.kafka.connection import diagnosis
from order_projector.adapters.kafka.connection.diagnosis import ConnectionDiagnosis, at_startup
from order_projector.local.ports import HOST, free_port
from order_projector.projection.ports import AccessDenied, Unavailable
from order_projector.settings import ConfigurationError, load
from tests.support.certificates import Authority, Pair

AWAY = Unavailable("no broker was any good")


@asynccontextmanager
async def door(pair: Pair, clients: Authority | None = None) -> AsyncIterator[str]:
    """Run a TLS server that requires client certificates if given their authority.

    After the handshake, it closes the connection.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.certificate)

    async def shut(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(shut, HOST, 0, ssl=context)
    async with server:
        yield f"{HOST}:{server.sockets[0].getsockname()[1]}"


async def diagnose(at: str, trusted: Authority, **given: object) -> Unavailable:
    """Return the diagnosis for the brokers at this address."""
    settings = load(
        kafka_bootstrap_servers=at,
        kafka_security_protocol="SSL",
        kafka_ssl_ca_file=trusted.certificate,
        **given,
    )
    return await ConnectionDiagnosis(settings).diagnose(AWAY)


async def test_brokers_that_are_away_are_named_each_with_its_reason() -> None:
    first, second = f"{HOST}:{free_port()}", f"{HOST}:{free_port()}"
    away = await ConnectionDiagnosis(load(kafka_bootstrap_servers=f"{first},{second}")).diagnose(
        AWAY
    )
    assert not isinstance(away, AccessDenied)
    one, other = str(away).split("; ")
    assert one.startswith(f"{first}: ")
    assert other.startswith(f"{second}: ")
    assert "Connect call failed" in one


async def test_an_authority_that_we_do_not_trust_is_a_refusal(tmp_path: Path) -> None:
    theirs, ours = Authority(tmp_path, "theirs"), Authority(tmp_path, "ours")
    async with door(theirs.server()) as at:
        refused = await diagnose(at, ours)
    assert isinstance(refused, AccessDenied)
    assert str(refused) == (
        f"ORDERS_KAFKA_SSL_CA_FILE: the certificate of {at} is not trusted: certificate verify "
        "failed: unable to get local issuer certificate"
    )


async def test_another_host_s_certificate_is_a_refusal(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    async with door(authority.server("kafka.test")) as at:
        refused = await diagnose(at, authority)
    assert isinstance(refused, AccessDenied)
    assert f"the certificate of {at} is not trusted: " in str(refused)


async def test_a_broker_s_certificate_that_has_expired_is_waited_for(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    async with door(authority.expired_server()) as at:
        away = await diagnose(at, authority)
    assert not isinstance(away, AccessDenied)
    assert str(away) == f"{at}: certificate verify failed: certificate has expired"


async def test_a_broker_that_breaks_off_is_waited_for(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    async with door(authority.server()) as at:
        away = await diagnose(at, authority)
    assert not isinstance(away, AccessDenied)
    assert str(away).startswith(f"{at}: ")


async def test_a_broker_that_takes_the_connection_and_says_nothing_gives_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diagnosis, "ANSWER_WITHIN", 0.1)
    with socket.create_server((HOST, 0)) as silent:
        at = f"{HOST}:{silent.getsockname()[1]}"
        away = await ConnectionDiagnosis(load(kafka_bootstrap_servers=at)).diagnose(AWAY)
    assert str(away) == f"{at}: no answer"


async def test_the_first_broker_that_refuses_us_is_enough(tmp_path: Path) -> None:
    theirs, ours = Authority(tmp_path, "theirs"), Authority(tmp_path, "ours")
    async with door(theirs.server()) as at:
        assert isinstance(await diagnose(f"{HOST}:{free_port()},{at}", ours), AccessDenied)


async def test_who_is_refused_at_first_is_configured_wrongly() -> None:
    async def refused() -> None:
        raise AccessDenied("ORDERS_X: no")

    with pytest.raises(ConfigurationError, match=r"^ORDERS_X: no$"):
        await at_startup(refused)()


async def test_what_is_away_at_first_is_waited_for() -> None:
    async def away() -> None:
        raise AWAY

    with pytest.raises(Unavailable) as caught:
        await at_startup(away)()
    assert caught.value is AWAY


async def test_a_step_that_finds_a_broker_is_asked_nothing_more() -> None:
    async def fine() -> None:
        """Find no problem."""

    settings = load(kafka_bootstrap_servers=f"{HOST}:{free_port()}")
    await ConnectionDiagnosis(settings).diagnosing(fine)()
