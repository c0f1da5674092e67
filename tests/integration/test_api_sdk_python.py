"""The official Python SDK runs unchanged against the API."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import voucherify as official_sdk
from voucherify.exceptions import ApiException

from order_projector.local.ports import HOST
from tests.support.api import TOKEN, key_line
from tests.support.worker import LaunchWorker

voucherify: Any = official_sdk
"""The SDK, whose models say of every field that it may be absent."""

Client = Any


@pytest.fixture
async def sdk(tmp_path: Path, launch_worker: LaunchWorker, launch_api: LaunchWorker) -> Client:
    """The SDK's client of an API with a worker behind it."""
    keys = tmp_path / "keys.jsonl"
    keys.write_text(key_line())
    await launch_worker()
    api = await launch_api(ORDERS_API_KEYS_FILE=str(keys))
    configuration = voucherify.Configuration(
        host=f"http://{HOST}:{api.port}",
        api_key={"X-App-Id": "shop", "X-App-Token": TOKEN},
    )
    return voucherify.ApiClient(configuration)


async def called(work: Callable[[], Any]) -> Any:
    """The SDK waits in a thread of its own."""
    return await asyncio.to_thread(work)


async def test_create_get_update_pay_and_list(sdk: Client) -> None:
    orders = voucherify.OrdersApi(sdk)

    def run() -> None:
        created = orders.create_order(
            voucherify.OrdersCreateRequestBody.from_dict(
                {
                    "source_id": "shop-1",
                    "status": "CREATED",
                    "items": [{"product_id": "prod_1", "quantity": 2, "price": 500}],
                    "customer": {"source_id": "ada"},
                    "metadata": {"gift": True},
                }
            )
        )
        assert created.id is not None
        assert created.total_amount == 1000

        by_id, by_source_id = orders.get_order(created.id), orders.get_order("shop-1")
        assert by_id.to_dict() == by_source_id.to_dict() == created.to_dict()

        paid = orders.update_order(
            created.id, voucherify.OrdersUpdateRequestBody.from_dict({"status": "PAID"})
        )
        assert (paid.status, paid.total_amount) == ("PAID", 1000)

        listed = orders.list_orders(limit=5, page=1, order="-created_at")
        assert [order.id for order in listed.orders] == [created.id]
        assert listed.total == 1

    await called(run)


async def test_read_change_write_keeps_what_was_not_changed(sdk: Client) -> None:
    orders = voucherify.OrdersApi(sdk)

    def run() -> None:
        orders.create_order(
            voucherify.OrdersCreateRequestBody.from_dict({"source_id": "shop-1", "amount": 700})
        )
        order = orders.get_order("shop-1").to_dict()
        order["metadata"] = {"note": "changed"}
        changed = orders.update_order(
            order["id"], voucherify.OrdersUpdateRequestBody.from_dict(order)
        )
        assert changed.amount == 700
        assert changed.metadata == {"note": "changed"}

    await called(run)


async def test_errors_arrive_as_their_own_types(sdk: Client) -> None:
    orders = voucherify.OrdersApi(sdk)

    def run() -> None:
        with pytest.raises(voucherify.exceptions.NotFoundException) as missing:
            orders.get_order("ord_x")
        assert missing.value.status == 404
        with pytest.raises(ApiException) as refused:
            orders.update_order(
                "ord_x", voucherify.OrdersUpdateRequestBody.from_dict({"status": "PAID"})
            )
        assert refused.value.status == 404

    await called(run)


async def test_import_and_export_with_its_file(sdk: Client) -> None:
    orders, actions = voucherify.OrdersApi(sdk), voucherify.AsyncActionsApi(sdk)
    exports = voucherify.ExportsApi(sdk)

    def run() -> str:
        made = orders.import_orders(
            [
                voucherify.OrdersImportCreateRequestBodyItem.from_dict(
                    {"source_id": f"shop-{number}", "amount": 100 * number}
                )
                for number in (1, 2)
            ]
        )
        for _ in range(300):
            action = actions.get_async_action(made.async_action_id)
            if action.status in {"DONE", "FAILED"}:
                break
            time.sleep(0.1)
        assert action.status == "DONE"
        assert [it.id for it in actions.list_async_actions(limit=1).async_actions] == [action.id]
        scheduled = orders.create_order_export(
            voucherify.OrdersExportCreateRequestBody.from_dict(
                {"parameters": {"order": "created_at", "fields": ["source_id", "amount"]}}
            )
        )
        done = exports.get_export(scheduled.id)
        assert done.status == "DONE"
        token = done.result.url.partition("token=")[2]
        text: str = exports.download_export(scheduled.id, token)
        return text

    text = await called(run)

    assert sorted(text.splitlines()) == ["shop-1,100", "shop-2,200", "source_id,amount"]
