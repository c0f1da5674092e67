"""The request in Voucherify's documentation, answered with the orders shown there."""

import json

from tests.support.api import HEADERS, World
from tests.support.samples import HISTORIES, SAMPLES


async def test_the_documented_request_is_answered_key_by_key(api: World) -> None:
    await api.told(*(event for events in reversed(HISTORIES) for event in events))

    answer = await api.client.get(
        "/v1/orders?order=-created_at", headers={"Authorization": "Bearer token", **HEADERS}
    )

    body = answer.json()
    assert [json.dumps(order) for order in body["orders"]] == list(map(json.dumps, SAMPLES))
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "orders", 5)
