"""Apache Kafka as the tests run it: it serves, and keeps acknowledged records when killed."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from order_projector.local.broker import create_topics
from order_projector.local.errors import LocalStackUnavailable
from tests.support.apache.cluster import Kafka, cluster_id, running_kafka
from tests.support.apache.jars import java
from tests.support.apache.node import Listener, Recipe
from tests.support.kafka import Record, produce, read_until


async def test_a_broker_that_is_killed_comes_back_with_what_it_has_acknowledged(
    apache_kafka: Kafka,
) -> None:
    topic, servers = f"kept-{uuid4().hex}", apache_kafka.bootstrap_servers
    await create_topics(servers, [topic], 3)
    await produce(servers, [Record(topic, b"%d" % number) for number in range(100)])

    await apache_kafka.server(1).kill()
    await apache_kafka.revive()

    records = await read_until(servers, topic, lambda them: len(them) >= 100)
    assert sorted(int(record.value) for record in records) == list(range(100))


async def test_a_second_listener_asks_for_a_login_and_the_authorizer_for_a_right(
    tmp_path: Path,
) -> None:
    login = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_ann="secret";'
    secure = Listener(
        "LOGIN",
        "SASL_PLAINTEXT",
        {"sasl.enabled.mechanisms": "PLAIN", "plain.sasl.jaas.config": login},
    )
    rights = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    recipe = Recipe(listeners=[secure], settings=rights)
    async with running_kafka(tmp_path, recipe=recipe) as kafka:
        await create_topics(kafka.bootstrap_servers, ["guarded"], 1)

        with pytest.raises(KafkaConnectionError):  # aiokafka only logs the cause
            await seen_by("ann", "wrong", kafka)
        assert "guarded" not in await seen_by("ann", "secret", kafka)


def test_the_id_of_a_cluster_does_not_look_like_an_option() -> None:
    drawn = iter((UUID(bytes=b"\xf8" + bytes(15)), UUID(bytes=bytes(16))))

    assert cluster_id(lambda: next(drawn)) == 22 * "A"


async def seen_by(user: str, password: str, kafka: Kafka) -> set[str]:
    """Return the topics that a user is shown."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=kafka.address("LOGIN"),
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        sasl_plain_username=user,
        sasl_plain_password=password,
    )
    try:
        await admin.start()
        return set(await admin.list_topics())
    finally:
        await admin.close()


def test_a_machine_without_java_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(LocalStackUnavailable, match=r"a JRE of version 17 .* no java on the PATH"):
        java()
