"""Apache Kafka with TLS, logins and ACLs: the worker gets in, or says why it does not."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
import pytest_asyncio

from order_projector.local.database import running_database
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server
from order_projector.local.worker import worker_spec
from tests.support.certificates import Authority, Pair
from tests.support.events import order_event, to_json
from tests.support.guarded import SESAME, USER, GuardedKafka, guarded_kafka
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import get, probed, until, until_reason
from tests.support.processes import launched

SECURITY: Final = Path(__file__).parents[2] / "docs" / "how-to" / "secure.md"
WRONG: Final = "wr0ng-s3cret-horse"

Ended = subprocess.CompletedProcess[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GuardedKafka]:
    """One broker for all tests of this module, with the rights that the documentation names."""
    async with guarded_kafka(tmp_path_factory.mktemp("guarded")) as guarded:
        for arguments in documented_acls():
            await guarded.administer("org.apache.kafka.tools.AclCommand", *arguments)
        yield guarded


def documented_acls() -> list[list[str]]:
    """The options of each `kafka-acls.sh` on the page of operations."""
    commands = re.findall(r"^kafka-acls\.sh \$ADMIN (.*)$", SECURITY.read_text(), re.MULTILINE)
    assert commands
    return [line.split() for line in commands]


async def order_projector(environment: dict[str, str], *command: str) -> Ended:
    """A command that is expected to end by itself."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "order_projector", *command],
        env={
            "ORDERS_HTTP_PORT": "0",
            "ORDERS_MONGODB_URI": f"mongodb://{HOST}:{free_port()}",
            "ORDERS_MONGODB_TIMEOUT": "1",
            "ORDERS_LOG_LEVEL": "DEBUG",
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def last_words(ended: Ended) -> list[str]:
    """What it says beside its log."""
    return [line for line in ended.stderr.splitlines() if not line.startswith("{")]


def logged(log: Path) -> list[dict[str, str]]:
    """The lines of a worker's log."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]


def certified(guarded: GuardedKafka, pair: Pair | None) -> dict[str, str]:
    """The settings of a worker that shows this certificate."""
    environment = guarded.environment("CERTIFICATE") | {"ORDERS_KAFKA_SECURITY_PROTOCOL": "SSL"}
    if pair is not None:
        environment["ORDERS_KAFKA_SSL_CERT_FILE"] = str(pair.certificate)
        environment["ORDERS_KAFKA_SSL_KEY_FILE"] = str(pair.key)
    return environment


async def takes_an_event(guarded: GuardedKafka, worker: Server) -> None:
    """Wait until the worker has processed an event and announced it."""
    servers, order = guarded.kafka.bootstrap_servers, f"ord_{uuid4().hex}"
    event = Record("redemptions", to_json(order_event(1, id=order)), order.encode())
    await produce(servers, [event])
    await read_until(
        servers, "order.updated", lambda them: any(each.key == event.key for each in them)
    )
    await worker.ready()


async def buries_a_letter(guarded: GuardedKafka, worker: Server) -> None:
    """Wait until the worker has dead-lettered a record that is no event."""
    servers, poison = guarded.kafka.bootstrap_servers, uuid4().bytes
    await produce(servers, [Record("payments", poison)])
    await read_until(
        servers, "order.dead-letters", lambda them: any(each.value == poison for each in them)
    )
    await worker.ready()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def topics(guarded: GuardedKafka) -> None:
    """The topics, made by somebody else than the worker."""
    pair = guarded.authority.client("order-projector-topics")
    made = await order_projector(certified(guarded, pair), "topics", "create", "--partitions", "2")
    assert made.returncode == 0, made.stderr


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mongodb_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A database for the workers of this module."""
    async with running_database(tmp_path_factory.mktemp("database")) as server:
        yield f"mongodb://{HOST}:{server.port}"


async def test_who_makes_topics_needs_no_other_rights_than_the_documented_ones(
    guarded: GuardedKafka,
) -> None:
    pair = guarded.authority.client("order-projector-topics")
    made = await order_projector(certified(guarded, pair), "topics", "create", "--partitions", "2")
    checked = await order_projector(certified(guarded, pair), "topics", "check")

    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.count(" partitions, one copy") == 4
    assert checked.returncode == 0
    assert "problem" not in checked.stdout


@pytest.mark.usefixtures("topics")
async def test_without_the_right_to_see_the_configuration_a_note_says_what_is_not_checked(
    guarded: GuardedKafka,
) -> None:
    names = ("redemptions", "payments", "order.updated", "order.dead-letters")
    await guarded.administer(
        "org.apache.kafka.tools.AclCommand",
        *("--add", "--allow-principal", "User:onlooker", "--operation", "Describe"),
        *(part for name in names for part in ("--topic", name)),
    )
    pair = guarded.authority.client("onlooker")
    checked = await order_projector(certified(guarded, pair), "topics", "check")

    assert checked.returncode == 0
    assert (
        "note: redemptions, payments, order.updated, order.dead-letters: the broker does not"
        in (checked.stdout)
    )


@pytest.mark.usefixtures("topics")
@pytest.mark.parametrize(
    ("mechanism", "listener"),
    [("PLAIN", "LOGIN"), ("SCRAM-SHA-256", "OTHER"), ("SCRAM-SHA-512", "LOGIN")],
)
async def test_a_worker_with_a_password_needs_no_other_rights_than_the_documented_ones(
    guarded: GuardedKafka, mongodb_uri: str, tmp_path: Path, mechanism: str, listener: str
) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{SESAME}\n")
    environment = guarded.login(mechanism, listener) | {
        "ORDERS_KAFKA_SASL_PASSWORD": "",
        "ORDERS_KAFKA_SASL_PASSWORD_FILE": str(secret),
        "ORDERS_MONGODB_URI": mongodb_uri,
        "ORDERS_LOG_LEVEL": "DEBUG",
    }
    log = tmp_path / "worker.log"
    async with launched(worker_spec(environment, log)) as worker:
        await takes_an_event(guarded, worker)
        await buries_a_letter(guarded, worker)
        shown = [
            (await get(worker, path)).text for path in ("/readyz", "/livez", "/metrics", "/docs")
        ]

    warnings = [line for line in logged(log) if line["level"] == "warning"]
    assert [line for line in warnings if line["logger"].startswith("order_projector.adap")] == []
    assert SESAME not in log.read_text() + "".join(shown)


@pytest.mark.usefixtures("topics")
async def test_a_worker_with_a_certificate_and_a_key_with_a_password_gets_in(
    guarded: GuardedKafka, mongodb_uri: str, tmp_path: Path
) -> None:
    pair = guarded.authority.client(USER, SESAME)
    environment = certified(guarded, pair) | {
        "ORDERS_KAFKA_SSL_KEY_PASSWORD": SESAME,
        "ORDERS_MONGODB_URI": mongodb_uri,
        "ORDERS_LOG_LEVEL": "DEBUG",
    }
    log = tmp_path / "worker.log"
    async with launched(worker_spec(environment, log)) as worker:
        await takes_an_event(guarded, worker)
    assert SESAME not in log.read_text()


@pytest.mark.parametrize("command", [("run",), ("topics", "check")], ids=" ".join)
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"ORDERS_KAFKA_SASL_PASSWORD": WRONG},
            (
                "ORDERS_KAFKA_SASL_USERNAME, ORDERS_KAFKA_SASL_PASSWORD: {at} refuses the login of "
                "'order-projector': Authentication failed: Invalid username or password"
            ),
        ),
        (
            {"ORDERS_KAFKA_SASL_PASSWORD": WRONG, "ORDERS_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512"},
            (
                "ORDERS_KAFKA_SASL_USERNAME, ORDERS_KAFKA_SASL_PASSWORD: {at} refuses the login of "
                "'order-projector': Authentication failed during authentication due to invalid "
                "credentials with SASL mechanism SCRAM-SHA-512"
            ),
        ),
        (
            {"ORDERS_KAFKA_SASL_MECHANISM": "SCRAM-SHA-256"},
            "ORDERS_KAFKA_SASL_MECHANISM: {at} takes no SCRAM-SHA-256",
        ),
        (
            {"ORDERS_KAFKA_SSL_CA_FILE": ""},
            (
                "ORDERS_KAFKA_SSL_CA_FILE: the certificate of {at} is not trusted: certificate "
                "verify failed: unable to get local issuer certificate"
            ),
        ),
    ],
    ids=["wrong password", "wrong password for SCRAM", "no such mechanism", "unknown authority"],
)
async def test_a_login_that_is_refused_at_the_start_ends_with_2_and_one_line_that_says_why(
    guarded: GuardedKafka, changed: dict[str, str], reason: str, command: tuple[str, ...]
) -> None:
    ended = await order_projector(guarded.login("PLAIN") | changed, *command)

    at = guarded.kafka.address("LOGIN")
    assert last_words(ended) == [f"order-projector: {reason.format(at=at)}"]
    assert (ended.returncode, ended.stdout) == (2, "")
    for secret in (SESAME, WRONG):
        assert secret not in ended.stderr


@pytest.mark.parametrize("whose", ["nobody", "expired", "stranger"])
async def test_a_certificate_that_is_refused_at_the_start_ends_with_2_and_one_line_that_says_why(
    guarded: GuardedKafka, tmp_path: Path, whose: str
) -> None:
    pairs = {
        "nobody": None,
        "expired": guarded.authority.expired_client(USER),
        "stranger": Authority(tmp_path, "stranger").client(USER),
    }
    ended = await order_projector(certified(guarded, pairs[whose]), "run")

    at, day = guarded.kafka.address("CERTIFICATE"), datetime.now(UTC) - timedelta(days=1)
    assert len(last_words(ended)) == 1, last_words(ended)
    (line,) = last_words(ended)
    reasons = {
        "nobody": f"{at} asks for a certificate of this client: ",
        "expired": f"{at} refuses the certificate of this client, which has expired on {day:%F}: ",
        "stranger": f"{at} refuses the certificate of this client: ",
    }
    assert line.startswith(f"order-projector: ORDERS_KAFKA_SSL_CERT_FILE: {reasons[whose]}")
    assert ended.returncode == 2


async def test_a_broker_whose_own_certificate_has_expired_is_waited_for(
    guarded: GuardedKafka, mongodb_uri: str, tmp_path: Path
) -> None:
    environment = guarded.environment("EXPIRED") | {
        "ORDERS_KAFKA_SECURITY_PROTOCOL": "SSL",
        "ORDERS_MONGODB_URI": mongodb_uri,
    }
    log = tmp_path / "worker.log"
    async with launched(worker_spec(environment, log)) as worker:
        at = guarded.kafka.address("EXPIRED")
        waiting = f"waiting for the broker: {at}: certificate verify failed: certificate has expir"
        await until_reason(worker, waiting)
        await until_line(log, waiting)
        assert (await probed(worker, "/livez"))[0] == 200


@pytest.mark.usefixtures("topics")
async def test_a_login_without_rights_is_waited_for_and_the_log_says_what_it_lacks(
    guarded: GuardedKafka, mongodb_uri: str, tmp_path: Path
) -> None:
    pair = guarded.authority.client("stranger")
    environment = certified(guarded, pair) | {"ORDERS_MONGODB_URI": mongodb_uri}
    log = tmp_path / "worker.log"
    async with launched(worker_spec(environment, log)) as worker:
        await until_line(log, "is not there, or not to be seen with this login")
        await until_line(log, "waiting for the broker: ")
        await until_reason(worker, "waiting for the broker: ")
        assert (await probed(worker, "/livez"))[0] == 200
        reasons = (await probed(worker, "/readyz"))[1]["reasons"]
    assert any("uthorization" in each for each in reasons), reasons


@pytest.mark.usefixtures("topics")
async def test_a_worker_that_was_let_in_waits_when_its_password_is_taken_away(
    guarded: GuardedKafka, mongodb_uri: str, tmp_path: Path
) -> None:
    environment = guarded.login("SCRAM-SHA-512") | {
        "ORDERS_MONGODB_URI": mongodb_uri,
        "ORDERS_LOG_LEVEL": "DEBUG",
    }
    log = tmp_path / "worker.log"
    async with launched(worker_spec(environment, log)) as worker:
        await takes_an_event(guarded, worker)
        await change_password(guarded, WRONG)
        await guarded.kafka.server(1).kill()
        await guarded.kafka.revive()
        await until_line(log, "SaslAuthenticationFailed")
        await until_reason(worker, "waiting for the broker")
        assert (await probed(worker, "/livez"))[0] == 200
        shown = [(await get(worker, path)).text for path in ("/readyz", "/livez", "/metrics")]

        await change_password(guarded, SESAME)
        await takes_an_event(guarded, worker)
    assert SESAME not in log.read_text() + "".join(shown)


@pytest.mark.usefixtures("topics")
@pytest.mark.parametrize(
    ("operation", "topic"), [("Write", "order.updated"), ("Read", "redemptions")]
)
async def test_a_right_that_is_taken_away_is_waited_for_and_nothing_is_lost_meanwhile(
    guarded: GuardedKafka, mongodb_uri: str, tmp_path: Path, operation: str, topic: str
) -> None:
    right = ("--allow-principal", f"User:{USER}", "--operation", operation, "--topic", topic)
    acls = "org.apache.kafka.tools.AclCommand"
    environment = guarded.login("PLAIN") | {"ORDERS_MONGODB_URI": mongodb_uri}
    async with launched(worker_spec(environment, tmp_path / "worker.log")) as worker:
        await takes_an_event(guarded, worker)
        await guarded.administer(acls, "--remove", "--force", *right)
        order = f"ord_{uuid4().hex}".encode()
        event = to_json(order_event(1, id=order.decode()))
        servers = guarded.kafka.bootstrap_servers
        await produce(servers, [Record("redemptions", event, order)])
        await until(lambda: unready(worker), "not ready")
        assert (await probed(worker, "/livez"))[0] == 200

        await guarded.administer(acls, "--add", *right)
        await read_until(
            servers, "order.updated", lambda them: any(each.key == order for each in them)
        )
        await worker.ready()


async def unready(worker: Server) -> bool:
    """Whether the worker says that something keeps it from working."""
    return (await probed(worker, "/readyz"))[0] == 503


async def change_password(guarded: GuardedKafka, password: str) -> None:
    """Gives the worker's login another password."""
    await guarded.administer(
        "kafka.admin.ConfigCommand",
        *("--alter", "--entity-type", "users", "--entity-name", USER),
        *("--add-config", f"SCRAM-SHA-512=[password={password}]"),
    )


async def until_line(log: Path, words: str) -> None:
    """Waits until a line of the log holds these words."""

    async def said() -> bool:
        return any(words in line["event"] for line in logged(log))

    await until(said, f"a line says: {words}")
