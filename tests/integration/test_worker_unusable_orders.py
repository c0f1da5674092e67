"""An order that the database cannot read or write, observed from outside a running worker."""

from typing import Any

import orjson
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.server import Server
from tests.support.events import at, event, to_json
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import metric, probed
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]

EMAIL = "ada@example.com"
TROUBLE = "an order cannot be read or written"


def created(order_id: str, nth: int) -> bytes:
    """Return the creation of an order of 1000 whose metadata holds personal data."""
    item = {"product_id": "mug", "quantity": 1, "price": 1000}
    order = {"id": order_id, "source_id": f"s {order_id}", "items": [item]}
    data = {"order": {**order, "metadata": {"email": EMAIL, "nth": nth}}}
    return to_json(event("order.created", data, on=at(nth), name=f"evt_{order_id}_{nth}"))


def paid(order_id: str) -> bytes:
    """Return a payment of 1000."""
    payment = {"id": f"pay_{order_id}", "order_id": order_id, "amount": 1000}
    return to_json(event("payment.succeeded", {"payment": payment}, name=f"paid_{order_id}"))


async def produce_all(topics: Topics, ids: list[str]) -> None:
    """Produce two events of each order to one inbound topic, and one to the other."""
    records = []
    for order_id in ids:
        key = order_id.encode()
        records += [Record(topics.redemptions, created(order_id, nth), key) for nth in (1, 2)]
        records.append(Record(topics.payments, paid(order_id), key))
    await produce(topics.servers.bootstrap_servers, records)


async def dead_letters(topics: Topics, count: int) -> dict[str, set[str]]:
    """Return the messages of this number of dead letters, by order."""
    read = await read_until(
        topics.servers.bootstrap_servers, topics.dead_letters, lambda it: len(it) >= count
    )
    messages: dict[str, set[str]] = {}
    for record in read:
        headers = dict(record.headers)
        assert headers["error-code"] == b"invalid_event"
        message = (headers["error-message"] or b"").decode()
        messages.setdefault((record.key or b"").decode(), set()).add(message)
    assert len(read) == count
    return messages


async def served(topics: Topics, count: int) -> dict[str, str]:
    """Return the last announced status of each order, once this number of orders is paid."""

    def statuses(records: Any) -> dict[str, str]:
        orders = (orjson.loads(record.value)["order"] for record in records)
        return {order["id"]: order["status"] for order in orders}

    def all_paid(records: Any) -> bool:
        return list(statuses(records).values()).count("PAID") == count

    servers = topics.servers.bootstrap_servers
    return statuses(await read_until(servers, topics.order_updated, all_paid))


async def is_ready_with(worker: Server, warning: str) -> bool:
    """Return whether the worker is ready, with a warning that begins like this."""
    status, body = await probed(worker, "/readyz")
    return status == 200 and any(each.startswith(warning) for each in body["warnings"])


async def test_foreign_documents_cost_their_own_events_and_the_worker_stays_ready(
    topics: Topics, launch_worker: LaunchWorker, database: Database
) -> None:
    await database["orders"].insert_many(
        [
            {"_id": "foreign", "email": EMAIL},
            {"_id": "text", "_projection": EMAIL},
            {"_id": "broken", "_projection": {"layout": 1, "facts": [["event e1", EMAIL]]}},
        ]
    )
    good = [f"ord_{number}" for number in range(20)]
    await produce_all(topics, [*good[:10], "foreign", "text", "broken", *good[10:]])
    worker = await launch_worker(ORDERS_LOG_LEVEL="DEBUG")

    messages = await dead_letters(topics, 9)

    assert messages == {
        "foreign": {"order 'foreign': a document of that id has no _projection"},
        "text": {"order 'text': _projection of its document is not an object"},
        "broken": {"order 'broken': _projection.revision of its document is invalid (missing)"},
    }
    assert await served(topics, 20) == dict.fromkeys(good, "PAID")
    assert await is_ready_with(worker, f"{TROUBLE} (foreign_document): last order '")
    assert await is_ready_with(worker, f"{TROUBLE} (bookkeeping): last order 'broken'")
    name = "order_projector_unusable_orders_total"
    assert await metric(worker, name, reason="foreign_document") >= 2
    assert await metric(worker, name, reason="validator") == 0
    log = worker.spec.log.read_text()
    assert "order 'foreign': a document of that id has no _projection" in log
    assert EMAIL not in log
    foreign = await database["orders"].find_one({"_id": "foreign"})
    assert foreign == {"_id": "foreign", "email": EMAIL}


async def test_a_unique_index_and_a_validator_cost_the_orders_that_they_refuse(
    topics: Topics, launch_worker: LaunchWorker, database: Database
) -> None:
    rule = {"$jsonSchema": {"properties": {"id": {"not": {"enum": ["refused"]}}}}}
    await database.create_collection("orders", validator=rule)
    await database["orders"].create_index("source_id", unique=True, sparse=True, name="owners")
    await database["orders"].insert_one({"_id": "owner", "id": "owner", "source_id": "s taken"})
    good = [f"ord_{number}" for number in range(20)]
    await produce_all(topics, [*good[:10], "taken", "refused", *good[10:]])
    worker = await launch_worker(ORDERS_LOG_LEVEL="DEBUG")

    messages = await dead_letters(topics, 5)

    assert messages == {
        "taken": {"order 'taken': a unique index refuses its document"},
        "refused": {"order 'refused': the collection's validator refuses its document"},
    }
    assert (await served(topics, 20)).keys() == {*good, "taken"}
    assert await is_ready_with(worker, f"{TROUBLE} (validator): last order 'refused'")
    assert await is_ready_with(worker, f"{TROUBLE} (unique_index): last order 'taken'")
    assert EMAIL not in worker.spec.log.read_text()
