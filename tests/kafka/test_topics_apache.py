"""The topics that `order-projector topics create` creates on Apache Kafka, one broker and three."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from order_projector.local.broker import create_topics
from tests.support.apache.cluster import Kafka, running_kafka
from tests.support.kafka import Record, produce

Ended = subprocess.CompletedProcess[str]


async def run_topics(kafka: Kafka, *arguments: str, prefix: str = "") -> Ended:
    """Run the command in a process of its own, on topics with this prefix."""
    environment = {
        "PATH": os.environ["PATH"],
        "ORDERS_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "ORDERS_REDEMPTIONS_TOPIC": f"{prefix}redemptions",
        "ORDERS_PAYMENTS_TOPIC": f"{prefix}payments",
        "ORDERS_ORDER_UPDATED_TOPIC": f"{prefix}order.updated",
        "ORDERS_DEAD_LETTERS_TOPIC": f"{prefix}order.dead-letters",
    }
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "order_projector", "topics", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def configure(kafka: Kafka, topic: str, **config: str) -> None:
    """Change a topic's configuration, as an operator does."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, config)
        await admin.alter_configs([resource])
    finally:
        await admin.close()


async def test_one_broker_gets_one_copy_and_the_topics_have_what_was_asked_for(
    apache_kafka: Kafka,
) -> None:
    made = await run_topics(
        apache_kafka, "create", "--partitions", "3", "--retention", "2d", prefix="one."
    )
    again = await run_topics(apache_kafka, "create", prefix="one.")
    checked = await run_topics(apache_kafka, "check", prefix="one.")
    described = json.loads(
        (await run_topics(apache_kafka, "describe", "--json", prefix="one.")).stdout
    )

    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.count(": created, with 3 partitions, 1 replica") == 4
    assert (again.returncode, again.stdout.count(": exists, with 3 partitions")) == (0, 4)
    assert (checked.returncode, checked.stdout.count("\n")) == (0, 1)
    assert checked.stdout.startswith("note: one.redemptions, one.payments, ")
    config = {each["name"]: each["config"] for each in described["topics"]}
    assert config["one.payments"]["retention.ms"] == str(2 * 86_400_000)
    assert config["one.order.updated"] == {
        "min.insync.replicas": "1",
        "cleanup.policy": "compact",
        "retention.ms": "604800000",
        "retention.bytes": "-1",
        "max.message.bytes": "16777216",
    }


async def test_an_order_of_several_megabytes_can_be_announced_on_the_topic_that_was_made(
    apache_kafka: Kafka,
) -> None:
    await run_topics(apache_kafka, "create", "--partitions", "1", prefix="large.")
    order = Record("large.order.updated", b"x" * 12_000_000, b"ord_1")
    assert await produce(apache_kafka.bootstrap_servers, [order]) == [("large.order.updated", 0, 0)]


async def test_topics_as_the_broker_makes_them_by_itself_are_found_wanting(
    apache_kafka: Kafka,
) -> None:
    names = [f"bare.{each}" for each in ("redemptions", "order.updated", "order.dead-letters")]
    await create_topics(apache_kafka.bootstrap_servers, names, 3)
    await create_topics(apache_kafka.bootstrap_servers, ["bare.payments"], 2)
    await configure(apache_kafka, "bare.order.dead-letters", **{"retention.ms": "3600000"})

    checked = await run_topics(apache_kafka, "check", prefix="bare.")

    assert (checked.returncode, checked.stderr) == (1, "")
    found = [line for line in checked.stdout.splitlines() if line.startswith("problem: ")]
    assert [line.split(":")[1] for line in found] == [
        " bare.payments",
        " bare.order.updated",
        " bare.order.dead-letters",
    ]
    assert "has 2 partitions but bare.redemptions has 3" in found[0]
    assert "accepts messages up to 1048588 bytes" in found[1]
    assert "keeps dead letters for 1 h, but their events are kept for 7 d" in found[2]


async def test_what_a_broker_refuses_is_one_line_with_its_reason(apache_kafka: Kafka) -> None:
    refused = await run_topics(apache_kafka, "create", "--replication", "3", prefix="many.")

    assert refused.returncode == 1
    lines = refused.stderr.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("order-projector: many.redemptions: ")
    assert "replication" in lines[0].lower()


async def test_three_brokers_get_three_copies_of_which_two_must_be_in_sync(tmp_path: Path) -> None:
    async with running_kafka(tmp_path, brokers=3) as kafka:
        made = await run_topics(kafka, "create")
        checked = await run_topics(kafka, "check")
        await configure(kafka, "payments", **{"min.insync.replicas": "3"})
        strict = await run_topics(kafka, "check")

    assert made.stdout.count(": created, with 6 partitions, 3 replicas") == 4
    assert (checked.returncode, checked.stdout) == (0, "")
    assert "payments: rejects writes while one of its 3 replicas is unavailable" in strict.stdout
