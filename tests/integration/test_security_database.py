"""A database with logins and TLS: the worker connects with its rights, or says why it cannot."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from order_projector.local.ports import HOST, free_port
from order_projector.local.worker import worker_spec
from tests.support.events import order_event, to_json
from tests.support.guarded import GuardedDatabase, guarded_database
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import get, probed, until_reason
from tests.support.processes import launched
from tests.support.topics import Topics

SESAME: Final = "m0ngo-s3cret-staple"
USERS: Final = {"worker": (SESAME, "readWrite"), "reader": (SESAME, "read")}

Ended = subprocess.CompletedProcess[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GuardedDatabase]:
    """Yield one guarded database for all tests of this module."""
    async with guarded_database(tmp_path_factory.mktemp("guarded"), "orders", USERS) as database:
        yield database


RUN: Final = ("order_projector", "run")


async def run_worker(
    environment: dict[str, str], folder: Path, command: tuple[str, ...] = RUN
) -> Ended:
    """Run a worker that is expected to exit by itself; no broker listens at its address."""
    nobody = f"{HOST}:{free_port()}"
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", *command],
        env={
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS": nobody,
            "ORDERS_HTTP_PORT": "0",
            "ORDERS_MONGODB_TIMEOUT": "2",
            "ORDERS_LOG_LEVEL": "DEBUG",
        }
        | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def last_words(ended: Ended) -> list[str]:
    """Return the lines of standard error that are not log lines."""
    return [line for line in ended.stderr.splitlines() if not line.startswith("{")]


async def test_a_worker_with_the_role_readwrite_on_its_database_has_all_the_rights_it_needs(
    database: GuardedDatabase, topics: Topics, tmp_path: Path
) -> None:
    uri = tmp_path / "uri"
    uri.write_text(database.uri("worker", SESAME) + "\n")
    environment = topics.environment() | {
        "ORDERS_MONGODB_DATABASE": "orders",
        "ORDERS_LOG_LEVEL": "DEBUG",
        "ORDERS_MONGODB_URI_FILE": str(uri),
    }
    del environment["ORDERS_MONGODB_URI"]
    log = tmp_path / "worker.log"
    async with launched(worker_spec(environment, log)) as worker:
        event = Record(topics.redemptions, to_json(order_event(1)), b"ord_1")
        await produce(topics.servers.bootstrap_servers, [event])
        await read_until(topics.servers.bootstrap_servers, topics.order_updated, bool)
        await worker.ready()
        shown = [(await get(worker, path)).text for path in ("/readyz", "/metrics", "/docs")]

    output = log.read_text() + "".join(shown)
    assert f"mongodb://******@{HOST}" in output
    assert SESAME not in output


@pytest.mark.parametrize(
    ("user", "password", "options", "reason"),
    [
        ("worker", "wr0ng-s3cret-staple", {}, "the database refuses the login: authentication"),
        ("worker", SESAME, {"authSource": "admin"}, "the database refuses the login: "),
        ("reader", SESAME, {}, "the login lacks a privilege: not authorized on orders"),
        (
            "worker",
            SESAME,
            {"tlsCAFile": ""},
            "the database's certificate is not trusted (see tlsCAFile): ",
        ),
    ],
    ids=["wrong password", "wrong authSource", "no right to write", "unknown authority"],
)
@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_who_is_not_let_in_at_the_start_ends_with_2_and_one_line_that_says_why(
    database: GuardedDatabase,
    tmp_path: Path,
    user: str,
    password: str,
    options: dict[str, str],
    reason: str,
    driver: str,
) -> None:
    uri = database.uri(user, password, **options)
    ended = await run_worker({"ORDERS_MONGODB_URI": uri, "ORDERS_MONGODB_DRIVER": driver}, tmp_path)

    (line,) = last_words(ended)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert line.startswith(f"order-projector: ORDERS_MONGODB_URI: {reason}")
    assert password not in ended.stderr


@pytest.mark.parametrize(
    "option",
    [{"tlsCAFile": "/nowhere"}, {"tlsCertificateKeyFile": "/nowhere"}, {"tls": "maybe"}],
    ids=lambda it: next(iter(it)),
)
async def test_a_uri_whose_options_cannot_be_followed_is_wrong_configuration(
    database: GuardedDatabase, tmp_path: Path, option: dict[str, str]
) -> None:
    uri = database.uri("worker", SESAME, **option)
    ended = await run_worker({"ORDERS_MONGODB_URI": uri}, tmp_path)

    assert ended.returncode == 2, ended.stderr
    assert last_words(ended)[-1].startswith("order-projector: ORDERS_MONGODB_URI: ")
    assert SESAME not in ended.stderr


async def test_explain_says_who_is_not_let_in_as_the_worker_does(
    database: GuardedDatabase, tmp_path: Path
) -> None:
    uri = database.uri("worker", "wr0ng-s3cret-staple")
    ended = await run_worker(
        {"ORDERS_MONGODB_URI": uri}, tmp_path, ("order_projector", "explain", "ord_1")
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = last_words(ended)
    assert line.startswith("order-projector: ORDERS_MONGODB_URI: the database refuses")


async def test_under_faststream_s_own_command_a_refusal_is_the_same_line_and_exit_code(
    database: GuardedDatabase, tmp_path: Path
) -> None:
    environment = {"ORDERS_MONGODB_URI": database.uri("worker", "wr0ng-s3cret-staple")}
    command = ("faststream", "run", "order_projector.worker:app")
    ended = await run_worker(environment, tmp_path, command)

    (line,) = last_words(ended)
    assert ended.returncode == 2
    assert line.startswith("order-projector: ORDERS_MONGODB_URI: the database refuses the login")


async def test_a_database_whose_certificate_has_expired_is_waited_for(tmp_path: Path) -> None:
    async with guarded_database(tmp_path, "orders", USERS, expired=True) as database:
        environment = {
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{free_port()}",
            "ORDERS_MONGODB_TIMEOUT": "2",
            "ORDERS_MONGODB_URI": database.uri("worker", SESAME),
        }
        log = tmp_path / "worker.log"
        async with launched(worker_spec(environment, log)) as worker:
            await until_reason(worker, "waiting for the database: ")
            reasons = (await probed(worker, "/readyz"))[1]["reasons"]
            assert (await probed(worker, "/livez"))[0] == 200

    assert any("certificate has expired" in each for each in reasons), reasons
    waiting = [line for line in logged(log) if line.startswith("waiting for the database: ")]
    assert len(waiting) == 1
    assert waiting[0].endswith("certificate verify failed: certificate has expired")


def logged(log: Path) -> list[str]:
    """Return the messages that a worker has logged."""
    lines = log.read_text().splitlines()
    return [json.loads(line)["event"] for line in lines if line.endswith("}")]
