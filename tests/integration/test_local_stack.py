"""The broker and the database of `order-projector local` serve, fail and stop as promised."""

from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import NetworkTimeout

from order_projector.local.broker import answers_kafka, running_broker
from order_projector.local.database import answers_mongodb, running_database
from order_projector.local.errors import LocalStackError, ServerFailed
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server
from order_projector.local.stack import local_stack
from tests.support.kafka import Record, committed, produce, read_until
from tests.support.processes import pause
from tests.support.topics import Topics


async def test_a_record_that_is_produced_is_consumed_as_it_was_sent(topics: Topics) -> None:
    sent = Record(topics.redemptions, b"\xff", b"key", (("trace", b"\x00"),), partition=5)

    places = await produce(topics.servers.bootstrap_servers, [sent])
    (record,) = await read_until(topics.servers.bootstrap_servers, topics.redemptions, bool)

    assert places == [(topics.redemptions, 5, 0)]
    assert (record.partition, record.offset, record.key, record.value) == (5, 0, b"key", b"\xff")
    assert record.headers == (("trace", b"\x00"),)


async def test_a_group_that_never_committed_has_no_offsets(topics: Topics) -> None:
    servers = topics.servers.bootstrap_servers
    assert await committed(servers, topics.group, topics.payments) == {}


async def test_a_document_that_is_written_is_read(database: AsyncDatabase[dict[str, Any]]) -> None:
    await database["orders"].insert_one({"_id": "o-1", "amount": 2**40})

    assert await database["orders"].find().to_list() == [{"_id": "o-1", "amount": 2**40}]


async def test_a_database_that_syncs_keeps_what_it_acknowledged_when_killed(tmp_path: Path) -> None:
    async with running_database(tmp_path, sync_on_commit=True) as server:
        port, first_pid = server.port, server.pid
        for number in range(20):
            await insert(server, {"_id": number})

        await server.kill()
        assert not await answers_mongodb(port)
        await server.start()

        assert (server.port, server.pid != first_pid) == (port, True)
        assert await ids(server) == list(range(20))


async def test_documents_in_a_data_folder_are_there_for_the_next_stack(tmp_path: Path) -> None:
    async with local_stack(data_dir=tmp_path / "new" / "folder") as stack:
        await insert(stack.database, {"_id": "kept"})
    async with local_stack(data_dir=tmp_path / "new" / "folder") as stack:
        assert await ids(stack.database) == ["kept"]


async def test_a_temporary_data_folder_goes_with_its_stack() -> None:
    async with local_stack() as stack:
        assert stack.data_dir.is_dir()
    assert not stack.data_dir.exists()
    assert not stack.broker.running
    assert not stack.database.running


async def test_a_stack_has_the_topics_and_says_how_a_worker_reaches_it() -> None:
    async with local_stack(partitions=3) as stack:
        places = await produce(
            stack.bootstrap_servers,
            [Record("order.dead-letters", b"", partition=number) for number in range(3)],
        )

        assert [partition for _, partition, _ in places] == [0, 1, 2]
        assert stack.environment() == {
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{stack.broker.port}",
            "ORDERS_KAFKA_ENABLE_IDEMPOTENCE": "false",
            "ORDERS_MONGODB_URI": f"mongodb://127.0.0.1:{stack.database.port}",
        }


async def test_a_paused_database_is_silent_until_it_is_resumed(tmp_path: Path) -> None:
    async with running_database(tmp_path) as server:
        with MongoClient[dict[str, Any]](HOST, server.port, socketTimeoutMS=200) as client:
            client.admin.command("ping")
            pause(server)
            with pytest.raises(NetworkTimeout):
                client.admin.command("ping")
            server.resume()
            assert client.admin.command("ping")["ok"] == 1


async def test_a_paused_server_is_stopped_all_the_same(tmp_path: Path) -> None:
    async with running_broker(tmp_path) as server:
        pause(server)
    assert not server.running
    assert not await answers_kafka(server.port)


async def test_a_server_that_ends_at_start_gives_the_last_lines_of_its_log(tmp_path: Path) -> None:
    async with running_database(tmp_path):
        with pytest.raises(ServerFailed, match="already being managed by another process"):
            async with running_database(tmp_path):
                pass


async def test_a_port_in_use_is_refused_by_its_number(tmp_path: Path) -> None:
    async with running_broker(tmp_path) as server:
        with pytest.raises(LocalStackError, match=f"port {server.port} for the broker is in use"):
            async with running_broker(tmp_path, port=server.port):
                pass


def test_a_port_is_never_one_that_the_system_gives_to_clients() -> None:
    first_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    assert all(1024 < free_port() < first_ephemeral for _ in range(100))


async def insert(server: Server, document: dict[str, Any]) -> None:
    async with AsyncMongoClient[dict[str, Any]](HOST, server.port) as client:
        await client["test"]["kept"].insert_one(document)


async def ids(server: Server) -> list[Any]:
    async with AsyncMongoClient[dict[str, Any]](HOST, server.port) as client:
        return [document["_id"] async for document in client["test"]["kept"].find().sort("_id")]
