"""The profile `observe`: what it starts, and what its console shows and refuses to do."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from order_projector.testing import Sender, Updates, item, order_created
from tests.containers.browser import CONTROL_D, ENTER, RIGHT, Screen, opened
from tests.containers.engine import docker, words_of
from tests.containers.stack import Stack, running_stack, state

TOPICS = ("order.dead-letters", "order.updated", "payments", "redemptions")
OWN_GROUP = "order-projector"
KEYS_ARE_TAKEN = "Describe"


@pytest.fixture(scope="module")
def observed(images: None) -> Iterator[Stack]:
    """Run the stack with its profile `observe`, after one order and one dead letter."""
    del images
    with running_stack(workers=1, profile="observe") as stack:
        asyncio.run(send(f"127.0.0.1:{stack.ports['KAFKA_PORT']}"))
        yield stack


async def send(servers: str) -> None:
    async with Updates(servers) as updates, Sender(servers) as sender:
        async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
            await producer.send_and_wait("payments", b"nonsense", key=b"ord_letter")
        await sender.send(order_created("ord_seen", items=[item("prod_mug", 2, price=1250)]))
        await updates.order("ord_seen")


def address(stack: Stack, path: str) -> str:
    return f"http://localhost:{stack.ports['CONSOLE_PORT']}{path}"


def select(screen: Screen, topic: str) -> None:
    """Select only this topic in the list of topics."""
    screen.until_drawn(*TOPICS, KEYS_ARE_TAKEN)
    screen.press("/")
    screen.until_drawn("Filter Topics")
    screen.press(topic)
    screen.until_drawn(topic)
    screen.press(ENTER)
    screen.until_drawn(f"*{topic}*")


def test_the_profile_brings_up_a_healthy_prometheus_and_a_hardened_console(
    observed: Stack,
) -> None:
    assert [observed.is_well(it) for it in ("prometheus", "console")] == [True, True]

    (console,) = observed.containers("console")
    assert docker("exec", console, "id", "-u") == "10001"
    status = docker("exec", console, "cat", "/proc/1/status").splitlines()
    assert [line.split()[1] for line in status if line.startswith("CapEff")] == ["0" * 16]
    assert "NoNewPrivs:\t1" in status
    attempt = "echo x > /home/x || echo x > /opt/console/x || echo x > /x || echo refused"
    assert docker("exec", console, "sh", "-c", attempt).endswith("refused")


def test_the_console_shows_the_topics_and_who_reads_them(observed: Stack) -> None:
    with opened(address(observed, "/")) as screen:
        select(screen, "payments")
        screen.press("d")
        screen.until_drawn("Topic Details", "Groups [1]")
        screen.press(RIGHT, RIGHT)
        screen.until_drawn("Coordinator", OWN_GROUP, "stable")


def test_the_console_leads_from_a_topic_to_its_records_and_back(observed: Stack) -> None:
    with opened(address(observed, "/")) as screen:
        select(screen, "order.updated")
        screen.press("r")
        records = screen.until_led_elsewhere()
    assert records == "/topics/order.updated"
    with opened(address(observed, records)) as screen:
        screen.until_drawn("ord_seen", "'order': {'id': 'ord_seen'")
        screen.press("t")
        assert screen.until_led_elsewhere() == "/"


def test_the_console_shows_a_dead_letter_with_its_headers(observed: Stack) -> None:
    with opened(address(observed, "/topics/order.dead-letters")) as screen:
        screen.until_drawn("ord_letter", "nonsense")
        screen.press(ENTER)
        screen.until_drawn("Record Details")
        screen.press(RIGHT, RIGHT)
        screen.until_drawn("error-code", "invalid_json", "source-topic")


def test_looking_leaves_no_group_behind(observed: Stack) -> None:
    servers = f"127.0.0.1:{observed.ports['KAFKA_PORT']}"
    with opened(address(observed, "/topics/order.updated")) as screen:
        screen.until_drawn("ord_seen")
        assert asyncio.run(groups(servers)) == [OWN_GROUP]


async def groups(servers: str) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        return [group for group, _ in await admin.list_consumer_groups()]
    finally:
        await admin.close()


def test_no_key_and_no_command_of_the_console_changes_a_topic(observed: Stack) -> None:
    with opened(address(observed, "/")) as screen:
        screen.until_drawn(*TOPICS, KEYS_ARE_TAKEN)
        screen.press("n", "e", CONTROL_D, ":")
        shown = screen.until_drawn("Search for commands", "Describe", "Copy Topic", "Refresh")
        assert [it for it in ("Create", "Edit", "Delete") if it in shown] == []


def test_a_topic_that_does_not_exist_is_said_not_to(observed: Stack) -> None:
    with opened(address(observed, "/topics/no-such")) as screen:
        screen.until_drawn("no-such: Broker: Unknown topic or partition")


@pytest.mark.parametrize(
    "header", [{"Origin": "http://elsewhere.example"}, {"Host": "elsewhere.example:8080"}]
)
@pytest.mark.parametrize("path", ["/", "/ws", "/topics/order.updated/ws"])
def test_the_console_refuses_what_another_site_asks(
    observed: Stack, path: str, header: dict[str, str]
) -> None:
    assert httpx.get(address(observed, path), headers=header).status_code == 403


def test_the_console_ends_when_it_is_stopped_though_a_page_is_open(observed: Stack) -> None:
    (console,) = observed.containers("console")
    with opened(address(observed, "/")) as screen:
        screen.until_drawn(*TOPICS)
        docker("stop", "--time", "10", console)
    assert state(console)["ExitCode"] == 0, words_of(console)
