"""A worker starts without its services, reports what it waits for, and resumes on its own."""

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.broker import broker_spec, create_topics
from order_projector.local.database import database_spec
from order_projector.local.ports import HOST, free_port, is_free
from order_projector.local.server import Server, ServerSpec, serving
from order_projector.local.stack import TOPICS
from order_projector.local.worker import is_ready, worker_spec
from tests.support.events import order_event, to_json
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import probed, until, until_reason
from tests.support.processes import launched
from tests.support.topics import Topics

FASTSTREAM = "-m faststream run order_projector.worker:app"

WRONG = (
    ("ORDERS_HTTP_PORT", "eighty", "ORDERS_HTTP_PORT: Input should be a valid integer"),
    ("ORDERS_HTTP_PORT", "99999", "ORDERS_HTTP_PORT: Input should be less than or equal"),
    ("ORDERS_MONGODB_URI", "mongodb://:::", "ORDERS_MONGODB_URI: "),
    ("ORDERS_MONGODB_URI", "mongodb://db:99999", "ORDERS_MONGODB_URI: Port must be"),
    ("ORDERS_MONGODB_URI", "mongodb+srv://a.b.c:27017", "ORDERS_MONGODB_URI: "),
    (
        "ORDERS_MONGODB_DATABASE",
        "a.b",
        "ORDERS_MONGODB_DATABASE: a database name in MongoDB cannot contain '.'",
    ),
    ("ORDERS_MONGODB_DATABASE", "ü" * 32, "ORDERS_MONGODB_DATABASE: longer than 63 bytes"),
    ("ORDERS_KAFKA_BOOTSTRAP_SERVERS", "k:99999", "ORDERS_KAFKA_BOOTSTRAP_SERVERS: k:99999: "),
    ("ORDERS_KAFKA_SECURITY_PROTOCOL", "SASL_SSL", "ORDERS_KAFKA_SASL_USERNAME: required"),
    ("ORDERS_KAFKA_SSL_CA_FILE", "/nowhere", "ORDERS_KAFKA_SSL_CA_FILE: "),
    ("ORDERS_KAFKA_SSL_CA_FILE", __file__, "ORDERS_KAFKA_SSL_CA_FILE: "),
    ("ORDERS_HTTP_HOST", "no.such.host.invalid", "ORDERS_HTTP_HOST: "),
    ("ORDERS_HTTP_HOST", "192.0.2.1", "ORDERS_HTTP_HOST: 192.0.2.1:"),
)
"""A setting with an invalid value, and how the line that rejects it begins."""


def run_by_faststream(worker: ServerSpec, *options: str) -> ServerSpec:
    """Return the same worker, run by FastStream's own command."""
    return replace(worker, command=(sys.executable, *FASTSTREAM.split(), *options))


async def test_a_worker_that_is_there_before_its_broker_and_database_waits_and_goes_on_alone(
    tmp_path: Path,
) -> None:
    broker, database = Server(broker_spec(tmp_path)), Server(database_spec(tmp_path))
    environment = {
        "ORDERS_KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{broker.port}",
        "ORDERS_KAFKA_ENABLE_IDEMPOTENCE": "false",
        "ORDERS_MONGODB_URI": f"mongodb://{HOST}:{database.port}",
        "ORDERS_MONGODB_TIMEOUT": "1",
        "ORDERS_KAFKA_SESSION_TIMEOUT": "3",
    }
    async with launched(worker_spec(environment, tmp_path / "worker.log")) as worker:
        await until_reason(worker, "waiting for the broker")
        await until_reason(worker, "waiting for the database")
        assert (await probed(worker, "/livez"))[0] == 200

        async with serving(broker.spec), serving(database.spec):
            address = f"{HOST}:{broker.port}"
            await create_topics(address, TOPICS, 2)
            await worker.ready()
            await produce(address, [Record("payments", to_json(order_event(1)))])
            (record,) = await read_until(address, "order.updated", bool)
            assert record.key == b"ord_1"


@pytest.mark.parametrize(
    ("command", "variable", "value", "reason"),
    [
        *(("-m order_projector run", *each) for each in WRONG),
        *((FASTSTREAM, *each) for each in (WRONG[0], WRONG[-1])),
        *(pytest.param(FASTSTREAM, *each, marks=pytest.mark.nightly) for each in WRONG[1:-1]),
    ],
)
async def test_wrong_configuration_ends_at_once_with_one_line_that_names_the_variable(
    command: str, variable: str, value: str, reason: str, tmp_path: Path
) -> None:
    environment = {variable: value}
    if variable == "ORDERS_KAFKA_SSL_CA_FILE":
        environment["ORDERS_KAFKA_SECURITY_PROTOCOL"] = "SSL"
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, *command.split()],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [line for line in ended.stderr.splitlines() if not line.startswith('{"timestamp"')]
    assert (ended.returncode, len(lines)) == (2, 1), ended.stderr
    assert lines[0].startswith(f"order-projector: {reason}")


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_a_name_service_that_is_away_is_waited_for_and_named_and_sigterm_is_obeyed(
    driver: str, tmp_path: Path
) -> None:
    environment = {
        "ORDERS_KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{free_port()}",
        "ORDERS_MONGODB_URI": "mongodb+srv://orders.example.invalid",
        "ORDERS_MONGODB_DRIVER": driver,
        "ORDERS_MONGODB_TIMEOUT": "1",
    }
    log = tmp_path / "worker.log"
    async with launched(worker_spec(environment, log)) as worker:
        await until_reason(worker, "waiting for the database: the address cannot be resolved: ")
        assert (await probed(worker, "/livez"))[0] == 200
        worker.signal(signal.SIGTERM)
        assert await worker.exited(within=26) == 0
    assert "Traceback" not in log.read_text()


async def test_an_index_of_the_same_name_with_other_options_ends_the_worker_with_one_line(
    topics: Topics, database: AsyncDatabase[dict[str, Any]], tmp_path: Path
) -> None:
    await database["orders"].create_index("source_id")
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "order_projector", "run"],
        env=topics.environment() | {"ORDERS_HTTP_PORT": "0"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [line for line in ended.stderr.splitlines() if not line.startswith('{"timestamp"')]
    assert ended.returncode == 2, ended.stderr
    (line,) = lines
    assert line == (
        "order-projector: ORDERS_MONGODB_DATABASE: the collection orders has an index that "
        "conflicts with source_id_1: drop it, and the worker creates its own"
    )


async def test_each_of_faststream_s_workers_listens_on_a_port_of_its_own_above_the_first(
    topics: Topics, tmp_path: Path
) -> None:
    first = free_port()
    while not is_free(first + 1):
        first = free_port()
    environment = topics.environment() | {"ORDERS_HTTP_PORT": str(first)}
    spec = run_by_faststream(worker_spec(environment, tmp_path / "workers.log"), "--workers", "2")
    spec = replace(spec, port=first)

    async def second_is_ready() -> bool:
        return await is_ready(first + 1)

    async with serving(spec) as workers:
        await until(second_is_ready, "the second worker is ready", within=60.0)
        workers.signal(signal.SIGTERM)
        assert await workers.exited(within=40) == 0
    assert is_free(first)
    assert is_free(first + 1)


async def test_faststream_s_own_command_runs_the_same_worker_on_the_same_port(
    topics: Topics, tmp_path: Path
) -> None:
    spec = run_by_faststream(worker_spec(topics.environment(), tmp_path / "worker.log"))
    async with serving(spec) as worker:
        await produce(
            topics.servers.bootstrap_servers,
            [Record(topics.redemptions, to_json(order_event(1)), b"ord_1")],
        )
        await read_until(topics.servers.bootstrap_servers, topics.order_updated, bool)
        worker.signal(signal.SIGTERM)
        assert await worker.exited(within=26) == 0
