"""The HTTP port answers probes however many connections are open, and logs little about them."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry, Gauge

from order_projector.hosting.server import ASGIApp
from order_projector.local.ports import HOST, free_port
from order_projector.projection.worker_state import Phase
from order_projector.telemetry.logging import Repetitions, configure
from order_projector.worker import connections
from order_projector.worker.health import HealthReport
from order_projector.worker.http import exposed, probe, serving

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


async def fine() -> HealthReport:
    return HealthReport(Phase.CONSUMING, (), 0.0)


@asynccontextmanager
async def port(app: ASGIApp | None = None) -> AsyncIterator[int]:
    """Serve a probe, or that app, and yield the port."""
    number = free_port()
    async with serving(app or probe(fine), HOST, number):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(HOST, number)
                writer.close()
                break
            await asyncio.sleep(0)
        yield number


async def half_open(number: int, count: int) -> list[Connection]:
    """Open connections whose requests begin and never end."""
    opened = [await asyncio.open_connection(HOST, number) for _ in range(count)]
    for _, writer in opened:
        writer.write(b"GET /livez HTTP/1.1\r\nHost: ")
        await writer.drain()
    return opened


async def asked(number: int) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{number}", timeout=10) as client:
        return await client.get("/livez")


async def said(number: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, number)
    writer.write(request)
    await writer.drain()
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_probe_is_answered_while_200_requests_never_come_to_their_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("json", "WARNING")
    async with port() as number:
        held = await half_open(number, 200)
        for _ in range(3):
            assert (await asked(number)).status_code == 200
        for _, writer in held:
            writer.close()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert f"more than {connections.MOST_CONNECTIONS} connections to the HTTP port" in lines[0]


async def test_the_connections_that_waited_longest_for_a_request_are_closed_first() -> None:
    async with port() as number:
        held = await half_open(number, connections.MOST_CONNECTIONS + 3)
        closed = [await reader.read() for reader, _ in held[:3]]
        assert closed == [b"", b"", b""]
        reader, writer = held[3]
        writer.write(b"here\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
        for _, writer in held:
            writer.close()


async def test_a_request_whose_head_does_not_arrive_in_time_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.05)
    async with port() as number:
        ((reader, writer),) = await half_open(number, 1)
        assert await reader.read() == b""
        writer.close()
        assert (await asked(number)).status_code == 200


async def test_a_connection_that_asks_nothing_more_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.05)
    async with port() as number:
        reader, writer = await asyncio.open_connection(HOST, number)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: here\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
        writer.close()


async def test_a_head_that_is_too_large_is_refused() -> None:
    async with port() as number:
        large = b"x" * (connections.LARGEST_HEAD + 1)
        answer = await said(number, b"GET /livez HTTP/1.1\r\nHost: here\r\nX-Large: %b" % large)
        assert answer.startswith(b"HTTP/1.1 400 ")


async def test_hundreds_of_senseless_requests_are_one_line_of_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("json", "WARNING")
    async with port() as number:
        for _ in range(200):
            assert (await said(number, b"\x00\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n",
        b"POST /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
async def test_every_answer_carries_the_security_headers_once(request_: bytes) -> None:
    async with port() as number:
        head = (await said(number, request_)).partition(b"\r\n\r\n")[0].lower()
    fields = [line.partition(b": ")[0] for line in head.split(b"\r\n")[1:]]
    wanted = (
        b"cache-control",
        b"content-security-policy",
        b"referrer-policy",
        b"x-content-type-options",
        b"x-frame-options",
    )
    assert [fields.count(name) for name in wanted] == [1] * 5
    assert b"cache-control: no-store" in head
    assert b"default-src 'none'" in head


async def test_metrics_are_given_to_a_client_whose_headers_are_not_text_and_nothing_is_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("json", "WARNING")
    registry = CollectorRegistry()
    Gauge("cups", "Cups.", registry=registry).set(3)
    request = b"%b /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n%b\r\n"
    hostile = b"Accept: \xff\r\nAccept-Encoding: \xfe\r\n"
    async with port(exposed(registry)) as number:
        answer = await said(number, request % (b"GET", hostile))
        refused = await said(number, request % (b"DELETE", hostile))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"cups 3.0" in answer
    assert refused.startswith(b"HTTP/1.1 405 ")
    assert capsys.readouterr().err == ""


def test_a_lack_of_file_descriptors_is_said_once_a_minute() -> None:
    now = 0.0
    said_before = Repetitions(lambda: now)
    text = "socket.accept() out of system resource\nsocket: <asyncio.TransportSocket fd=7>"
    record = logging.makeLogRecord({"name": "asyncio", "msg": text})
    other = logging.makeLogRecord({"name": "asyncio", "msg": "Task exception was never retrieved"})

    assert [said_before.filter(record) for _ in range(128)] == [True] + [False] * 127
    assert [said_before.filter(other) for _ in range(2)] == [True, True]
    now = 60.0
    assert said_before.filter(record)


def test_what_was_said_is_not_remembered_without_end() -> None:
    said_before = Repetitions(lambda: 0.0)
    for number in range(5_000):
        said_before.filter(logging.makeLogRecord({"name": "aiokafka", "msg": f"{number}" * 500}))
    assert len(said_before._said) <= 1_000
