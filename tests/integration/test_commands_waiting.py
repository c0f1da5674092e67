"""A command that waits for a service says so after a second, and one signal ends it."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from order_projector.local.ports import HOST
from tests.support.events import order_event

pytestmark = pytest.mark.usefixtures("heeds_ctrl_c")

BROKER, DATABASE = "waiting for the broker", "waiting for the database"


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Yield settings of services that take connections and answer nothing."""
    with socket.create_server((HOST, 0)) as broker, socket.create_server((HOST, 0)) as database:
        yield {
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{broker.getsockname()[1]}",
            "ORDERS_MONGODB_URI": f"mongodb://{HOST}:{database.getsockname()[1]}",
            "XDG_STATE_HOME": str(tmp_path),
        }


@asynccontextmanager
async def started(
    words: tuple[str, ...], folder: Path, settings: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command in its own process, which ends with the block at the latest."""
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "order_projector", *words),
        env={**os.environ, **settings},
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield command
    finally:
        with suppress(ProcessLookupError):
            command.kill()
        await command.wait()


async def first_line(command: asyncio.subprocess.Process) -> str:
    assert command.stderr is not None
    return (await asyncio.wait_for(command.stderr.readline(), 60)).decode().rstrip("\n")


async def ended(command: asyncio.subprocess.Process) -> tuple[int | None, str, list[str]]:
    """Return the exit code, standard output, and the lines of standard error that are left."""
    out, told = await asyncio.wait_for(command.communicate(), 60)
    return command.returncode, out.decode(), told.decode().splitlines()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("topics", "check"), BROKER),
        (("doctor",), BROKER),
        (("send", "events.jsonl"), BROKER),
        (("updates",), BROKER),
        (("rehearse", "--orders", "20"), BROKER),
        (("dead-letters", "list"), BROKER),
        (("breaker", "show"), DATABASE),
        (("orders", "ord_1"), DATABASE),
        (("explain", "ord_1"), DATABASE),
        (("export",), DATABASE),
        (("verify",), DATABASE),
        (("pause",), DATABASE),
    ],
    ids=lambda it: it if isinstance(it, str) else " ".join(it),
)
async def test_a_command_that_waits_says_for_what_and_one_ctrl_c_ends_it(
    words: tuple[str, ...], line: str, silent: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "events.jsonl").write_text(f"{json.dumps(order_event(1))}\n")
    async with started(words, tmp_path, silent) as command:
        assert await first_line(command) == line
        command.send_signal(signal.SIGINT)
        assert await ended(command) == (130, "", ["order-projector: stopped by Ctrl-C"])


async def test_a_command_that_goes_on_waiting_says_for_how_long(
    silent: dict[str, str], tmp_path: Path
) -> None:
    patient = {**silent, "ORDERS_MONGODB_TIMEOUT": "7"}
    async with started(("orders",), tmp_path, patient) as command:
        assert await first_line(command) == DATABASE
        code, _, (again, away) = await ended(command)
    assert (code, again) == (3, f"{DATABASE}, 6 s")
    assert away.startswith("order-projector: the database does not answer: ")


async def test_a_broker_that_is_retried_is_waited_for_all_the_while(
    silent: dict[str, str], tmp_path: Path
) -> None:
    """Each attempt is refused at once."""
    with socket.socket() as refusing:
        refusing.bind((HOST, 0))
        address = f"{HOST}:{refusing.getsockname()[1]}"
        away = {**silent, "ORDERS_KAFKA_BOOTSTRAP_SERVERS": address}
        async with started(("topics", "create", "--within", "2"), tmp_path, away) as command:
            assert await first_line(command) == BROKER
            code, _, (line,) = await ended(command)
    assert code == 3
    assert line.startswith(f"order-projector: no broker answers: {address}: ")
