"""Helpers for the tests of exports: three orders, and a way to make an export."""

from typing import Any

import httpx

from tests.support.api import World
from tests.support.events import event_at, paid, redeemed, refunded


def created(minute: int, name: str, **order: Any) -> dict[str, Any]:
    return event_at(minute, "order.created", {"order": {"id": name, **order}})


async def tell_orders(api: World) -> None:
    """Send three orders: a with everything, b paid and partly refunded, c empty."""
    await api.told(
        created(
            0,
            "a",
            source_id='=1+"1"',
            customer={"id": "cust_1"},
            metadata={"text": "x, y", "n": 1.5, "list": [1, None], "no": False, "at": "@x"},
            items=[{"product_id": "p", "quantity": 2, "price": 500}],
        ),
        redeemed(
            1,
            "r_1",
            order={"id": "a"},
            voucher={"discount": {"type": "AMOUNT", "amount_off": 300}},
        ),
        created(2, "b", amount=900, source_id="shop-b", status="PAID"),
        paid(3, 900, order_id="b"),
        refunded(4, 200, of=900, order_id="b"),
        created(5, "c"),
    )


async def make(api: World, parameters: object, **headers: str) -> dict[str, Any]:
    answer = await api.client.post(
        "/v1/orders/export", json={"parameters": parameters}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def file(api: World, parameters: object, **headers: str) -> httpx.Response:
    """Make an export, and download it without a key."""
    made = await make(api, parameters)
    url = (await api.get(f"/v1/exports/{made['id']}")).json()["result"]["url"]
    assert url.startswith("https://orders.example/v1/exports/exp_")
    path = url.removeprefix("https://orders.example")
    return await api.client.get(path, headers={"X-App-Id": "", "X-App-Token": "", **headers})


async def rows(api: World, **parameters: Any) -> list[str]:
    answer = await file(api, parameters)
    assert answer.status_code == 200
    assert answer.text.endswith("\r\n")
    return answer.text[:-2].split("\r\n")
