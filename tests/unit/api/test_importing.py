"""Imports: many orders in the background, by whichever process picks them up."""

import asyncio
import json
from typing import Any

import pytest

from order_projector.api.importing import Importer
from order_projector.projection.api_jobs import ImportJob, JobStatus
from order_projector.projection.ports import Unavailable
from order_projector.projection.publishing import OutgoingEvent
from tests.support.api import World, key_line
from tests.support.events import event_at
from tests.support.memory_jobs import MemoryImports


async def imported(api: World, orders: Any, **headers: str) -> dict[str, Any]:
    """Import the orders, and return the completed action."""
    answer = await api.client.post("/v1/orders/import", json=orders, headers=headers)
    assert answer.status_code == 202, answer.text
    assert list(answer.json()) == ["async_action_id"]
    while await api.services.importer.work():
        pass
    action = await api.get(f"/v1/async-actions/{answer.json()['async_action_id']}")
    found: dict[str, Any] = action.json()
    return found


async def test_each_order_of_an_import_is_an_event_and_the_action_tells_of_all(
    api: World,
) -> None:
    action = await imported(
        api,
        [
            {"id": "ord_1", "status": "PAID"},
            {"source_id": "shop-1", "created_at": "2020-01-01T00:00:00Z"},
            {},
        ],
    )

    assert list(action) == [
        *("id", "object", "type", "status", "operation_status", "result"),
        *("created_at", "updated_at"),
    ]
    assert action["id"].startswith("aa_")
    assert (action["object"], action["type"]) == ("async_action", "ORDERS.IMPORT")
    assert (action["status"], action["operation_status"]) == ("DONE", "SUCCESS")
    assert action["result"] == {"done_count": 3, "failed_count": 0, "failed": []}
    events = api.log.published()
    assert [event["id"] for event in events] == [
        f"evt_api_{action['id']}_{index}" for index in range(3)
    ]
    assert (await api.get("/v1/orders/ord_1")).json()["status"] == "PAID"
    assert (await api.get("/v1/orders/shop-1")).json()["created_at"] == "2020-01-01T00:00:00.000Z"
    assert len(events[2]["data"]["order"]["id"]) == 28


async def test_an_order_that_cannot_be_taken_in_is_named_by_its_index_and_the_others_go_on(
    api: World,
) -> None:
    await api.told(event_at(0, "order.erased", {"order": {"id": "gone"}}))

    action = await imported(
        api, [{"status": "OPEN"}, {"id": "ord_1"}, 5, {"id": "gone"}, {"id": ""}]
    )

    assert action["result"]["done_count"] == 1
    assert action["result"]["failed_count"] == 4
    failed = {each["index"]: each["message"] for each in action["result"]["failed"]}
    assert list(failed) == [0, 2, 3, 4]
    assert ".status" in failed[0]
    assert len(api.log.events) == 1


async def test_an_import_of_nothing_is_done_at_once(api: World) -> None:
    answer = await api.client.post("/v1/orders/import", json=[])

    action = (await api.get(f"/v1/async-actions/{answer.json()['async_action_id']}")).json()

    assert (action["status"], action["operation_status"]) == ("DONE", "SUCCESS")
    assert action["result"] == {"done_count": 0, "failed_count": 0, "failed": []}


@pytest.mark.parametrize("body", [b"", b"{}", b'"x"', b"[", json.dumps([{}] * 2001).encode()])
async def test_a_body_that_is_no_list_of_up_to_2000_orders_is_refused(
    api: World, body: bytes
) -> None:
    answer = await api.client.post("/v1/orders/import", content=body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")


async def test_an_import_with_the_same_key_is_the_same_import(api: World) -> None:
    key = {"Idempotency-Key": "k"}

    first = await api.client.post("/v1/orders/import", json=[{"id": "a"}], headers=key)
    again = await api.client.post("/v1/orders/import", json=[{"id": "a"}], headers=key)
    other = await api.client.post("/v1/orders/import", json=[{"id": "b"}], headers=key)

    assert first.json() == again.json()
    assert (other.status_code, other.json()["key"]) == (409, "idempotency_key_reused")


async def test_before_it_is_done_an_action_has_no_result(api: World) -> None:
    answer = await api.client.post("/v1/orders/import", json=[{}])

    action = (await api.get(f"/v1/async-actions/{answer.json()['async_action_id']}")).json()

    assert (action["status"], action["result"]) == ("ENQUEUED", None)
    assert "operation_status" not in action


async def test_actions_are_listed_the_newest_first(api: World) -> None:
    names = []
    for _ in range(3):
        answer = await api.client.post("/v1/orders/import", json=[])
        names.append(answer.json()["async_action_id"])
        api.clock.advance(minutes=1)

    body = (await api.get("/v1/async-actions?limit=2")).json()
    before = (await api.get("/v1/async-actions?end_date=2026-03-01T12:01:00Z")).json()

    assert list(body) == ["object", "data_ref", "async_actions", "has_more"]
    assert [action["id"] for action in body["async_actions"]] == [names[2], names[1]]
    assert body["has_more"] is True
    assert all("result" not in action for action in body["async_actions"])
    assert [action["id"] for action in before["async_actions"]] == [names[0]]
    assert (await api.get("/v1/async-actions/aa_x")).status_code == 404
    assert (await api.get("/v1/async-actions?limit=0")).status_code == 400


async def test_an_import_whose_process_died_goes_on_in_another_and_repeats_no_event(
    api: World,
) -> None:
    seconds = 0.0
    imports = MemoryImports(lambda: seconds)
    services = api.services
    one, other = (Importer(imports, services.reader, services.writer, api.clock) for _ in range(2))
    orders = [{"id": f"ord_{number}"} for number in range(120)]
    await one.create(ImportJob("aa_1", 0, 0, len(orders)), json.dumps(orders).encode())
    api.log.dies_at = 70
    with pytest.raises(asyncio.CancelledError):
        await one.work()

    assert await other.work() is False
    seconds += 13.0
    api.log.dies_at = None
    api.clock.advance(minutes=2)
    assert await other.work() is True

    job = await imports.get("aa_1")
    assert job is not None
    assert (job.status, job.next, job.failed) == (JobStatus.DONE, 120, ())
    assert len({event.order_id for event in api.log.events}) == 120
    assert len({event["id"] for event in api.log.published()}) == 120
    assert {order.revision for order in api.offline.store.all()} == {1}


async def test_what_another_process_published_and_is_folded_is_not_waited_for(
    api: World,
) -> None:
    seconds = 0.0
    imports = MemoryImports(lambda: seconds)
    services = api.services
    one, other = (Importer(imports, services.reader, services.writer, api.clock) for _ in range(2))
    names: tuple[dict[str, str], ...] = ({"id": "ord_1"}, {"source_id": "shop-1"}, {})
    orders = [{**names[number % 3], "amount": 100 * number} for number in range(60)]
    orders[7] = {"amount": -1}
    await one.create(ImportJob("aa_1", 0, 0, len(orders)), json.dumps(orders).encode())
    api.log.dies_at = 55
    with pytest.raises(asyncio.CancelledError):
        await one.work()

    seconds += 13.0
    api.log.dies_at = None
    async with asyncio.timeout(30):
        assert await other.work() is True

    job = await imports.get("aa_1")
    assert job is not None
    assert (job.status, [each.index for each in job.failed]) == (JobStatus.DONE, [7])


async def test_an_order_that_failed_is_told_of_once_though_its_process_died_over_the_next_one(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, services = 0.0, api.services
    imports = MemoryImports(lambda: seconds)
    one, other = (Importer(imports, services.reader, services.writer, api.clock) for _ in range(2))
    await one.create(ImportJob("aa_1", 0, 0, 2), b'[{"amount": -1}, {"id": "ord_1"}]')
    troubles: list[BaseException] = [asyncio.CancelledError(), Unavailable("no broker")]

    async def publish(_event: OutgoingEvent) -> None:
        raise troubles.pop()

    with monkeypatch.context() as patched:
        patched.setattr(api.log, "publish", publish)
        with pytest.raises(asyncio.CancelledError):
            await one.work()

    seconds += 13.0
    assert await other.work() is True

    job = await imports.get("aa_1")
    assert job is not None
    assert (job.status, [each.index for each in job.failed]) == (JobStatus.DONE, [0])


async def test_an_import_whose_input_cannot_be_read_ends_as_failed(api: World) -> None:
    await api.services.importer.create(ImportJob("aa_1", 0, 0, 1), b"{")

    await api.services.importer.work()

    action = (await api.get("/v1/async-actions/aa_1")).json()
    assert (action["status"], action["operation_status"]) == ("FAILED", "FAILED")
    assert action["result"]["done_count"] == 0


async def test_an_import_needs_the_scope_to_write(api: World) -> None:
    api.keys_file.write_text(key_line(scopes=("orders:read",)))

    assert (await api.client.post("/v1/orders/import", json=[])).status_code == 403
    assert (await api.get("/v1/async-actions")).status_code == 403


async def test_what_an_import_keeps_of_a_failed_order_is_short(api: World) -> None:
    """All of it fits one document of the database, whatever the keys of the orders."""
    value: Any = "\ud800"
    for _ in range(58):
        value = {"\x80" * 64: value}
    body = json.dumps([{"metadata": value}])

    made = await api.client.post("/v1/orders/import", content=body)
    await api.services.importer.work()
    action = (await api.get(f"/v1/async-actions/{made.json()['async_action_id']}")).json()

    (failed,) = action["result"]["failed"]
    assert failed["message"].startswith("Property .metadata.")
    assert len(failed["message"]) == 1_000
