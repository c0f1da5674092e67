"""Apache Kafka with TLS, logins and ACLs: the documented rights are enough for the worker."""

from pathlib import Path

import pytest

from order_projector.local.worker import worker_spec
from tests.kafka.guarded_workers import (
    buries_a_letter,
    certified,
    last_words,
    logged,
    order_projector,
    takes_an_event,
)
from tests.support.guarded import SESAME, USER, GuardedKafka
from tests.support.probes import get
from tests.support.processes import launched


async def test_who_makes_topics_needs_no_other_rights_than_the_documented_ones(
    guarded: GuardedKafka,
) -> None:
    pair = guarded.authority.client("order-projector-topics")
    made = await order_projector(certified(guarded, pair), "topics", "create", "--partitions", "2")
    checked = await order_projector(certified(guarded, pair), "topics", "check")

    assert (made.returncode, last_words(made)) == (0, [])
    assert made.stdout.count(" partitions, 1 replica") == 4
    assert checked.returncode == 0
    assert "problem" not in checked.stdout


@pytest.mark.usefixtures("guarded_topics")
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


@pytest.mark.usefixtures("guarded_topics")
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


@pytest.mark.usefixtures("guarded_topics")
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
