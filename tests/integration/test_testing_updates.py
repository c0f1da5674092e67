"""`Updates` and `Sender` of `order_projector.testing`, on a real broker."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from order_projector.testing import (
    Event,
    Sender,
    Update,
    UpdateNotSeen,
    Updates,
    binary_cloud_event,
    item,
    order_created,
    payment_succeeded,
    percent_off,
    project,
    redemption_succeeded,
)
from tests.support.kafka import Record, produce
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

CREATED = order_created("ord_1", items=[item("prod_mug", 2, price=1250)])
REDEEMED = redemption_succeeded("ord_1", voucher=percent_off(10))
PAID = payment_succeeded("ord_1", 2250)
FIRST, SECOND, THIRD = project([CREATED, REDEEMED, PAID]).updates


@pytest.fixture
async def updates(topics: Topics) -> AsyncIterator[Updates]:
    async with Updates(
        topics.servers.bootstrap_servers,
        topic=topics.order_updated,
        dead_letters=topics.dead_letters,
    ) as updates:
        yield updates


@pytest.fixture
async def sender(topics: Topics) -> AsyncIterator[Sender]:
    renamed = {"redemptions": topics.redemptions, "payments": topics.payments}
    async with Sender(topics.servers.bootstrap_servers, topics=renamed) as sender:
        yield sender


async def publish(topics: Topics, *updates: Update) -> None:
    await produce(
        topics.servers.bootstrap_servers,
        [Record(topics.order_updated, it.value, it.key, it.headers) for it in updates],
    )


async def test_what_the_worker_publishes_can_be_waited_for(
    launch_worker: LaunchWorker, sender: Sender, updates: Updates
) -> None:
    await launch_worker()
    await sender.send(CREATED, binary_cloud_event(REDEEMED), PAID)
    update = await updates.order("ord_1", where=lambda order: order["status"] == "PAID")
    assert update.order == THIRD.order
    assert updates.latest["ord_1"] == update


async def test_the_dead_letter_of_an_event_can_be_waited_for(
    topics: Topics, launch_worker: LaunchWorker, updates: Updates
) -> None:
    await launch_worker()
    await produce(topics.servers.bootstrap_servers, [Record(topics.payments, b"{")])
    assert (await updates.dead_letter(b"{")).code == "invalid_json"
    assert [letter.value for letter in updates.dead_letters] == [b"{"]
    with pytest.raises(UpdateNotSeen, match=r"dead letters: invalid_json \(value: "):
        await updates.order("ord_1", within=0.01)


async def test_the_highest_revision_wins_and_repeats_are_ignored(
    topics: Topics, updates: Updates
) -> None:
    await publish(topics, FIRST, THIRD, SECOND, FIRST, THIRD, *project([_other()]).updates)
    await updates.order("ord_2")  # on another partition, it may arrive before the rest
    assert await updates.order("ord_1", revision=3) == THIRD
    assert await updates.order("ord_1", revision=2) == THIRD


async def test_an_update_from_before_is_seen(topics: Topics) -> None:
    await publish(topics, FIRST)
    servers = topics.servers.bootstrap_servers
    async with Updates(
        servers, topic=topics.order_updated, dead_letters=topics.dead_letters
    ) as late:
        assert await late.order("ord_1") == FIRST


async def test_what_does_not_come_is_told_with_what_was_seen(
    topics: Topics, updates: Updates
) -> None:
    await publish(topics, SECOND, *project([_other()]).updates)
    await updates.order("ord_1")
    await updates.order("ord_2")
    with pytest.raises(UpdateNotSeen) as raised:
        await updates.order("ord_1", revision=3, within=0.01)
    message = str(raised.value)
    assert message.startswith("ord_1 at revision 3 was not seen within 0.01 s; seen: revision 2: {")
    assert message.endswith("; other orders: ord_2:1; dead letters: none")
    with pytest.raises(UpdateNotSeen, match="seen: nothing of it; other orders: "):
        await updates.order("ord_3", within=0.01)


async def test_a_merged_order_meets_no_condition_and_is_told_when_it_does_not_come(
    topics: Topics, updates: Updates
) -> None:
    order = {"id": "ord_1", "object": "order", "merged_into": "ord_2"}
    merged = Update("ord_1", 2, order, changes=("merged_into",), causes=(CREATED.id,))
    await publish(topics, FIRST, merged)
    assert await updates.order("ord_1", revision=2) == merged
    with pytest.raises(UpdateNotSeen, match=r"seen: revision 2: .*'merged_into': 'ord_2'"):
        await updates.order("ord_1", where=lambda order: order["status"] == "PAID", within=0.01)


async def test_something_else_on_the_topic_is_an_error_where_somebody_waits(
    topics: Topics, updates: Updates
) -> None:
    await produce(topics.servers.bootstrap_servers, [Record(topics.order_updated, b"{}")])
    with pytest.raises(ValueError, match=r"not an order\.updated"):
        await updates.order("ord_1")


async def test_both_say_how_they_are_used() -> None:
    with pytest.raises(RuntimeError, match="async with Updates"):
        await Updates("localhost:1").order("ord_1")
    with pytest.raises(RuntimeError, match="async with Sender"):
        await Sender("localhost:1").send(PAID)


def _other() -> Event:
    return order_created("ord_2")


def test_a_client_that_is_used_on_another_event_loop_says_so_and_does_not_wait(
    topics: Topics,
) -> None:
    servers = topics.servers.bootstrap_servers
    read = {"topic": topics.order_updated, "dead_letters": topics.dead_letters}
    with asyncio.Runner() as one, asyncio.Runner() as other:
        sender, updates = Sender(servers), Updates(servers, **read)
        one.run(sender.__aenter__())
        one.run(updates.__aenter__())
        for work in (sender.send(CREATED), updates.order("ord_1"), updates.dead_letter(CREATED)):
            with pytest.raises(RuntimeError, match="connected in another event loop"):
                other.run(work)
        one.run(updates.__aexit__(None, None, None))
        one.run(sender.__aexit__(None, None, None))
