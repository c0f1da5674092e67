"""The official Python SDK works unchanged against the API."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import voucherify as official_sdk
from voucherify import exceptions

from order_projector.local.ports import HOST
from order_projector.local.server import Server
from tests.support.api import TOKEN, key_line
from tests.support.events import order_event, to_json
from tests.support.kafka import Record, produce
from tests.support.processes import pause
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

voucherify: Any = official_sdk
"""The SDK, untyped, because its models declare every field as optional."""

Client = Any

KEYS = "\n".join((key_line(), key_line("reader", scopes=("orders:read",))))


@pytest.fixture
async def api(tmp_path: Path, launch_worker: LaunchWorker, launch_api: LaunchWorker) -> Server:
    """Launch an API with a worker behind it."""
    keys = tmp_path / "keys.jsonl"
    keys.write_text(KEYS)
    await launch_worker()
    return await launch_api(ORDERS_API_KEYS_FILE=str(keys), ORDERS_MONGODB_TIMEOUT="1")


@pytest.fixture
def sdk(api: Server) -> Client:
    """Return the SDK's client of the API, created as a shop would."""
    return client_of(api)


def client_of(api: Server, app_id: str = "shop", token: str = TOKEN) -> Client:
    """Return a client with these keys."""
    configuration = voucherify.Configuration(
        host=f"http://{HOST}:{api.port}", api_key={"X-App-Id": app_id, "X-App-Token": token}
    )
    return voucherify.ApiClient(configuration)


async def called(work: Callable[[], Any]) -> Any:
    """Run a blocking call of the SDK in a thread."""
    return await asyncio.to_thread(work)


def create(sdk: Client, **fields: Any) -> Any:
    """Create an order."""
    body = voucherify.OrdersCreateRequestBody.from_dict(fields)
    return voucherify.OrdersApi(sdk).create_order(body)


def update(sdk: Client, name: str, **fields: Any) -> Any:
    """Update an order."""
    body = voucherify.OrdersUpdateRequestBody.from_dict(fields)
    return voucherify.OrdersApi(sdk).update_order(name, body)


async def test_an_order_is_created_and_read_by_its_id_and_by_its_source_id(sdk: Client) -> None:
    def run() -> None:
        created = create(
            sdk,
            source_id="shop/1",
            status="CREATED",
            items=[{"product_id": "prod_1", "quantity": 2, "price": 500}],
            customer={"source_id": "ada"},
            metadata={"gift": True},
        )
        assert created.id.startswith("ord_")
        assert created.total_amount == 1000

        orders = voucherify.OrdersApi(sdk)
        by_id, by_source_id = orders.get_order(created.id), orders.get_order("shop/1")
        assert by_id.to_dict() == by_source_id.to_dict() == created.to_dict()

    await called(run)


async def test_an_order_is_updated_and_paid_by_either_id(sdk: Client) -> None:
    def run() -> None:
        created = create(sdk, source_id="shop-1", amount=700)

        changed = update(sdk, created.id, metadata={"note": "late"})
        paid = update(sdk, "shop-1", status="PAID")

        assert (changed.status, changed.metadata) == ("CREATED", {"note": "late"})
        assert (paid.id, paid.status, paid.amount) == (created.id, "PAID", 700)
        assert paid.metadata == {"note": "late"}

    await called(run)


async def test_orders_are_listed_with_every_parameter(sdk: Client) -> None:
    orders = voucherify.OrdersApi(sdk)

    def listed(**parameters: Any) -> str:
        page = orders.list_orders(**parameters)
        assert page.total == 3
        return "".join(order.id for order in page.orders)

    def run() -> None:
        for name in "abc":
            create(sdk, id=name, amount=100)
        update(sdk, "a", status="PAID")

        assert listed() == "abc"
        assert listed(limit=2, page=1) == "ab"
        assert listed(limit=2, page=2) == "c"
        assert listed(order="created_at") == "abc"
        assert listed(order="-created_at") == "cba"
        assert listed(order="updated_at") == "bca"
        assert listed(order="-updated_at", limit=1) == "a"

    await called(run)


async def test_a_status_that_its_models_do_not_know_is_shown_as_created(
    topics: Topics, sdk: Client
) -> None:
    event = order_event(0, "updated", order={"status": "PROCESSING"})
    await produce(topics.servers.bootstrap_servers, [Record(topics.redemptions, to_json(event))])
    orders = voucherify.OrdersApi(sdk)

    def run() -> None:
        while not (page := orders.list_orders()).orders:
            time.sleep(0.05)
        assert [order.status for order in page.orders] == ["CREATED"]
        assert orders.get_order("ord_1").status == "CREATED"
        assert update(sdk, "ord_1", status="CREATED", metadata={"a": 1}).status == "CREATED"

    await called(run)


async def test_read_change_write_keeps_what_was_not_changed(sdk: Client) -> None:
    def run() -> None:
        create(
            sdk,
            source_id="shop-1",
            items=[{"product_id": "prod_1", "quantity": 2, "price": 500}],
            customer={"source_id": "ada"},
        )
        order = voucherify.OrdersApi(sdk).get_order("shop-1").to_dict()
        changed = update(sdk, order["id"], **order | {"metadata": {"note": "changed"}}).to_dict()

        later = {"updated_at": changed["updated_at"]}
        assert changed == order | later | {"metadata": {"note": "changed"}}

    await called(run)


async def test_an_import_is_followed_by_its_async_action(sdk: Client) -> None:
    orders, actions = voucherify.OrdersApi(sdk), voucherify.AsyncActionsApi(sdk)

    def run() -> None:
        made = orders.import_orders(
            [
                voucherify.OrdersImportCreateRequestBodyItem.from_dict(
                    {"source_id": f"shop-{number}", "amount": 100 * number}
                )
                for number in (1, 2)
            ]
        )
        while (action := actions.get_async_action(made.async_action_id)).status != "DONE":
            assert action.status in {"ENQUEUED", "IN_PROGRESS"}
            time.sleep(0.05)

        listed = actions.list_async_actions(limit=1).async_actions
        assert [each.id for each in listed] == [action.id]
        before = actions.list_async_actions(end_date=datetime(2001, 1, 1, tzinfo=UTC))
        assert before.async_actions == []
        assert orders.get_order("shop-2").amount == 200

    await called(run)


async def test_an_export_is_made_either_way_downloaded_listed_and_deleted(sdk: Client) -> None:
    orders, exports = voucherify.OrdersApi(sdk), voucherify.ExportsApi(sdk)
    parameters = {"order": "-created_at", "fields": ["id", "amount"]}

    def run() -> None:
        create(sdk, id="a", amount=100)
        create(sdk, id="b", amount=200)
        of_orders = voucherify.OrdersExportCreateRequestBody.from_dict({"parameters": parameters})
        of_any = voucherify.ExportsCreateRequestBody.from_dict(
            {"exported_object": "order", "parameters": parameters}
        )
        made = [orders.create_order_export(of_orders), exports.create_export(of_any)]

        for scheduled in made:
            done = exports.get_export(scheduled.id)
            assert (scheduled.status, done.status) == ("SCHEDULED", "DONE")
            token = done.result.url.partition("token=")[2]
            file = exports.download_export(scheduled.id, token)
            assert file.splitlines() == ["id,amount", "b,200", "a,100"]
        listed = exports.list_exports(limit=1, page=2, order="-created_at")
        assert (listed.total, [it.id for it in listed.exports]) == (2, [made[0].id])
        exports.delete_export(made[0].id)
        with pytest.raises(exceptions.NotFoundException):
            exports.get_export(made[0].id)

    await called(run)


async def test_errors_arrive_as_their_own_types(api: Server, sdk: Client) -> None:
    stranger, reader = client_of(api, token="wrong"), client_of(api, app_id="reader")  # noqa: S106
    refusals: dict[type[exceptions.ApiException], Callable[[], Any]] = {
        exceptions.NotFoundException: lambda: voucherify.OrdersApi(sdk).get_order("ord_x"),
        exceptions.BadRequestException: lambda: create(sdk, items=[{"quantity": -1}]),
        exceptions.UnauthorizedException: lambda: create(stranger, amount=1),
        exceptions.ForbiddenException: lambda: create(reader, amount=1),
    }

    for error, refused in refusals.items():
        with pytest.raises(error):
            await called(refused)
    with pytest.raises(exceptions.NotFoundException):
        await called(lambda: update(sdk, "ord_x", status="PAID"))


async def test_a_database_that_is_away_arrives_as_an_error_of_the_service(
    topics: Topics, sdk: Client
) -> None:
    assert topics.servers.database is not None
    pause(topics.servers.database)
    try:
        with pytest.raises(exceptions.ServiceException) as refused:
            await called(lambda: create(sdk, amount=1))
    finally:
        topics.servers.database.resume()

    assert refused.value.status == 503
