"""The service on a real worker: what customers spend arrives in the ledger."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from customer_spend.ledger import Ledger
from customer_spend.service import Reader, Source, follow
from order_projector.testing import (
    Sender,
    Updates,
    item,
    order_created,
    payment_refunded,
    payment_succeeded,
)
from order_projector.testing.running import Running


@pytest.fixture
def source(order_projector: Running, order_id: str) -> Source:
    return Source(order_projector.bootstrap_servers, group=f"spend-{order_id}")


@asynccontextmanager
async def running(
    source: Source, ledger: Ledger, reader: Reader | None = None
) -> AsyncIterator[None]:
    """Run the service for the length of a block; stop it as SIGTERM does."""
    stop = asyncio.Event()
    service = asyncio.create_task(follow(source, ledger, stop, reader))
    try:
        yield
    finally:
        stop.set()
        await service


async def make_topic(source: Source) -> None:
    """Create the topic as an operator would: a broker may not create topics by itself."""
    admin = AIOKafkaAdminClient(bootstrap_servers=source.bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(source.topic, 1, 1)])
    finally:
        await admin.close()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until the condition holds, for at most half a minute."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - a file cannot set an event
            await asyncio.sleep(0.02)


async def test_what_a_customer_spends_arrives_and_reading_it_all_again_changes_nothing(
    source: Source,
    order_id: str,
    order_sender: Sender,
    order_updates: Updates,
    tmp_path: Path,
) -> None:
    customer = f"cust_{order_id}"
    paid = payment_succeeded(order_id, 2500)
    await order_sender.send(
        order_created(order_id, items=[item("prod_mug", 2, price=1250)], customer=customer),
        paid,
        payment_refunded(paid, 300),
    )
    update = await order_updates.order(order_id, where=_is_refunded)
    ledger = Ledger(tmp_path / "spend.db")
    async with running(source, ledger):
        await until(lambda: ledger.revision(order_id) >= update.revision)
    assert ledger.totals(customer) == {"USD": 2200}

    other = f"{order_id}_2"
    await order_sender.send(order_created(other, customer=customer), payment_succeeded(other, 100))
    everything_again = Source(source.bootstrap_servers, group=f"{source.group}-again")
    second = await order_updates.order(other, where=lambda order: "payments" in order)
    async with running(everything_again, ledger):
        await until(lambda: ledger.revision(other) >= second.revision)
    assert ledger.totals(customer) == {"USD": 2300}
    ledger.close()


async def test_a_service_that_comes_back_goes_on_where_it_has_stopped(
    source: Source,
    order_id: str,
    order_sender: Sender,
    tmp_path: Path,
) -> None:
    ledger = Ledger(tmp_path / "spend.db")
    async with running(source, ledger):
        await order_sender.send(payment_succeeded(order_id, 2500))
        await until(lambda: ledger.revision(order_id) == 1)
    ledger.close()
    other = f"{order_id}_2"
    await order_sender.send(payment_succeeded(other, 100))
    afresh = Ledger(tmp_path / "afresh.db")
    async with running(source, afresh):
        await until(lambda: afresh.revision(other) == 1)
    assert afresh.revision(order_id) == 0
    afresh.close()


async def test_records_that_are_not_understood_cost_a_line_each_and_are_committed(
    source: Source,
    order_id: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It uses a topic of its own, as the records would disturb other tests."""
    foreign = Source(source.bootstrap_servers, f"foreign-{order_id}", source.group)
    await make_topic(foreign)
    good = b'{"order":{"id":"%b","customer_id":null},"revision":1}' % order_id.encode()
    values = [b"{", None, b'{"order":{"payments":{"p":{}}}}', b"x" * 100_000, good]
    async with AIOKafkaProducer(bootstrap_servers=source.bootstrap_servers) as producer:
        for value in values:
            await producer.send_and_wait(foreign.topic, value, key=b"k", partition=0)
    ledger, reader = Ledger(tmp_path / "spend.db"), Reader()
    async with running(foreign, ledger, reader):
        await until(lambda: ledger.revision(order_id) == 1)
    lines = [it.getMessage() for it in caplog.records if it.name == "customer_spend.service"]
    assert reader.not_understood == len(lines) == 4
    assert max(map(len, lines)) < 300
    assert f"{foreign.topic}[0]@1, which is not understood: no value (2 so far)" in lines[1]
    async with AIOKafkaConsumer(
        bootstrap_servers=source.bootstrap_servers, group_id=source.group, enable_auto_commit=False
    ) as consumer:
        assert await consumer.committed(TopicPartition(foreign.topic, 0)) == 5
    ledger.close()


def _is_refunded(order: dict[str, dict[str, dict[str, int]]]) -> bool:
    return any("refunded_amount" in payment for payment in order.get("payments", {}).values())
