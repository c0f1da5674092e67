"""If access is denied at start-up, the worker exits with a reason; if later, it waits."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from order_projector.local.worker import worker_spec
from tests.kafka.guarded_workers import (
    WRONG,
    certified,
    change_password,
    last_words,
    order_projector,
    takes_an_event,
    unready,
    until_line,
)
from tests.support.certificates import Authority
from tests.support.events import order_event, to_json
from tests.support.guarded import SESAME, USER, GuardedKafka
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import get, probed, until, until_reason
from tests.support.processes import launched


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
            "ORDERS_KAFKA_SASL_MECHANISM: {at} does not support SCRAM-SHA-256",
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
        "nobody": f"{at} requires a client certificate: ",
        "expired": f"{at} rejects the client certificate, which expired on {day:%F}: ",
        "stranger": f"{at} rejects the client certificate: ",
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


@pytest.mark.usefixtures("guarded_topics")
async def test_a_login_without_rights_is_waited_for_and_the_log_says_what_it_lacks(
    guarded: GuardedKafka, mongodb_uri: str, tmp_path: Path
) -> None:
    pair = guarded.authority.client("stranger")
    environment = certified(guarded, pair) | {"ORDERS_MONGODB_URI": mongodb_uri}
    log = tmp_path / "worker.log"
    async with launched(worker_spec(environment, log)) as worker:
        await until_line(log, "does not exist, or this login lacks Describe on it")
        await until_line(log, "waiting for the broker: ")
        await until_reason(worker, "waiting for the broker: ")
        assert (await probed(worker, "/livez"))[0] == 200
        reasons = (await probed(worker, "/readyz"))[1]["reasons"]
    assert any("uthorization" in each for each in reasons), reasons


@pytest.mark.usefixtures("guarded_topics")
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


@pytest.mark.usefixtures("guarded_topics")
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
