"""The private parts of FastStream, aiokafka and uvicorn that the worker uses still exist."""

import asyncio
import gc
import inspect
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.conn import create_conn
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import ConsumerStoppedError, KafkaConnectionError
from aiokafka.structs import ConsumerRecord, OffsetAndMetadata
from faststream.kafka import KafkaBroker
from prometheus_client import CollectorRegistry

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.consumer.subscription import _decode, _parse
from order_projector.local.ports import HOST, free_port
from order_projector.projection.worker_state import WorkerState
from order_projector.telemetry.metrics import Metrics
from order_projector.worker.reports import Reports
from order_projector.worker.tracing import NoTraces


def record(offset: int) -> ConsumerRecord[bytes, bytes]:
    headers = (("\u2028", b"\xff"), ("null", None))
    return ConsumerRecord("t", 0, offset, 7, 0, None, None, None, 0, 0, headers)


async def test_a_batch_subscriber_asks_for_records_through_its_attribute_get_msg() -> None:
    taken = list[Any]()

    async def handler(batch: tuple[Any, ...]) -> None:
        taken.append(batch)

    async def poll(_consumer: object) -> tuple[Any, ...]:
        if taken:
            raise ConsumerStoppedError
        await asyncio.sleep(0)
        return (record(0), record(1))

    broker = KafkaBroker(apply_types=False, consumer_only=True, logger=None)
    subscriber = broker.subscriber("t", batch=True, parser=_parse, decoder=_decode)
    subscriber(handler)
    private_api.poll_with(subscriber, poll)
    await broker.connect()  # to no server: a broker that only consumes connects with its consumer
    subscriber._build_fastdepends_model()
    subscriber.running = True

    await subscriber._run_consume_loop(object())

    assert taken == [(record(0), record(1))]


async def test_a_subscriber_keeps_its_consumer_and_its_tasks_where_they_were() -> None:
    subscriber = KafkaBroker().subscriber("t", batch=True)
    assert private_api.consumer(subscriber) is None
    assert not private_api.consuming(subscriber)
    done = asyncio.Event()
    subscriber.add_task(done.wait)
    assert private_api.consuming(subscriber)
    await subscriber.stop()


async def test_a_consumer_keeps_its_positions_where_they_were() -> None:
    consumer = AIOKafkaConsumer()
    assert private_api.positions(consumer) == {}
    first, second = TopicPartition("t", 0), TopicPartition("t", 1)
    consumer.assign([first, second])
    assert private_api.positions(consumer) == {}

    consumer._subscription.subscription.assignment.state_value(first).reset_to(4)

    assert private_api.positions(consumer) == {first: 4}
    await consumer.stop()


async def test_a_consumer_asks_for_all_its_committed_offsets_at_once() -> None:
    asked = []

    class Coordinator:
        async def fetch_committed_offsets(
            self, partitions: list[TopicPartition]
        ) -> dict[TopicPartition, OffsetAndMetadata]:
            asked.append(partitions)
            return {first: OffsetAndMetadata(4, ""), second: OffsetAndMetadata(-1, "")}

    first, second = TopicPartition("t", 0), TopicPartition("t", 1)
    consumer = AIOKafkaConsumer(group_id="g")
    consumer._coordinator = Coordinator()

    assert await private_api.committed(consumer, [first, second]) == {first: 4}
    assert asked == [[first, second]]
    assert hasattr(GroupCoordinator, "fetch_committed_offsets")


async def test_a_consumer_keeps_its_coordinator_where_it_was() -> None:
    consumer = AIOKafkaConsumer(group_id="g")
    assert not private_api.reaches_group(consumer)
    assert not private_api.stop_skips_leave(consumer)
    await private_api.leave_group(consumer)
    coordinator = GroupCoordinator(consumer._client, consumer._subscription, group_id="g")
    consumer._coordinator = coordinator
    assert not private_api.reaches_group(consumer)

    coordinator.coordinator_id, coordinator.generation, coordinator.member_id = 1, 0, "m"

    assert private_api.reaches_group(consumer)
    assert private_api.stop_skips_leave(consumer)
    sent = list[Any]()

    async def send(node: int, request: object, **options: object) -> None:
        sent.append((node, type(request).__name__, options))

    consumer._client.send = send
    await private_api.leave_group(consumer)
    assert sent[0][:2] == (1, "LeaveGroupRequest")
    coordinator._coordination_task.cancel()


async def test_a_consumer_keeps_its_identity_in_its_group_where_it_was() -> None:
    assert private_api.is_static_member(AIOKafkaConsumer(group_id="g", group_instance_id="w-1"))
    assert not private_api.is_static_member(AIOKafkaConsumer(group_id="g"))


async def test_a_producer_can_be_ended_without_sending_what_it_holds() -> None:
    producer = AIOKafkaProducer()
    await private_api.discard(producer)
    assert producer._closed
    assert isinstance(producer._message_accumulator._exception, KafkaConnectionError)


async def test_what_a_producer_held_when_it_ended_is_no_error_of_the_log() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(about))
    producer = AIOKafkaProducer()
    held = await producer._message_accumulator.add_message(TopicPartition("t", 0), b"", b"", 1)

    await private_api.discard(producer)

    with pytest.raises(KafkaConnectionError, match="discarded"):
        await held
    del producer, held
    gc.collect()
    assert told == []


async def test_who_is_about_to_send_through_a_producer_learns_that_it_has_ended() -> None:
    producer = AIOKafkaProducer()
    sending = asyncio.create_task(producer.client._wait_on_metadata("t"))
    await asyncio.sleep(0)

    await private_api.discard(producer)

    with pytest.raises(KafkaConnectionError, match="discarded"):
        await sending


async def test_who_comes_late_to_a_producer_that_has_ended_does_not_wait_for_its_metadata() -> None:
    producer = AIOKafkaProducer()

    await private_api.discard(producer)

    with pytest.raises(KafkaConnectionError, match="discarded"):
        await producer.client._wait_on_metadata("t")


async def test_a_producer_is_cut_off_only_when_what_is_on_its_way_has_arrived_or_will_not() -> None:
    producer = AIOKafkaProducer()
    happened = list[str]()

    async def sends() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            happened.append("answered")

    async def close() -> None:
        happened.append("closed")

    producer._sender._sender_task = asyncio.create_task(sends())
    producer.client.close = close
    await asyncio.sleep(0)

    await private_api.discard(producer, drain_within=5.0)

    assert happened == ["answered", "closed"]


def test_uvicorn_captures_signals_in_the_method_the_worker_overrides() -> None:
    assert "capture_signals" in inspect.getsource(uvicorn.Server.serve)


def test_the_meter_can_be_built_twice_in_one_process() -> None:
    for _ in range(2):
        state = WorkerState()
        Reports(state, Metrics(CollectorRegistry(), state), NoTraces())


async def test_a_broker_is_dialled_with_the_options_that_a_client_has() -> None:
    """This shows what aiokafka's own clients hide: which broker failed, and why."""
    parameters = inspect.signature(create_conn).parameters
    assert set(private_api._DIAL_OPTIONS) <= parameters.keys()
    assert private_api.addresses(["a:1", "b:2"]) == [("a", 1), ("b", 2)]
    with pytest.raises(OSError, match="Connect call failed"):
        await private_api.dial(HOST, free_port(), {"client_id": "canary", "acks": "all"})


def test_the_end_of_a_certificate_can_be_read(tmp_path: Path) -> None:
    end = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
    certificate = tmp_path / "certificate.pem"
    issued = trustme.CA().issue_cert("canary.test", not_after=end)
    issued.cert_chain_pems[0].write_to_path(certificate)
    assert private_api.valid_until(certificate) == end.timestamp()
