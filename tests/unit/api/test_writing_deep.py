"""An order whose event would be nested too deep is refused by the property that is."""

import json

import pytest

from tests.support.api import World

MOST = 61
"""The levels of a member of an order: an event has 64, of which its order is the third."""
MOST_OF_ITEM = 59


def nested(levels: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def item(levels: int) -> dict[str, object]:
    return {"product_id": "p", "quantity": 1, "price": 5, "metadata": nested(levels)}


@pytest.mark.parametrize(
    ("order", "details"),
    [
        (
            {"metadata": nested(MOST + 1)},
            "Property .metadata must not be nested deeper than 61 levels",
        ),
        (
            {"items": [None, item(1), item(MOST_OF_ITEM + 1)]},
            "Property .items[2].metadata must not be nested deeper than 59 levels",
        ),
    ],
)
async def test_what_is_nested_too_deep_is_named_by_its_path(
    api: World, order: dict[str, object], details: str
) -> None:
    written = await api.client.post("/v1/orders", json=order)
    put = await api.client.put("/v1/orders/not_there", json=order)
    job = (await api.client.post("/v1/orders/import", json=[order])).json()["async_action_id"]
    await api.services.importer.work()
    action = (await api.get(f"/v1/async-actions/{job}")).json()

    assert (written.status_code, written.json()["details"]) == (400, details)
    assert (put.status_code, put.json()["details"]) == (400, details)
    assert action["result"]["failed"] == [{"index": 0, "message": details}]
    assert api.log.events == []


async def test_what_is_nested_as_deep_as_an_event_may_be_is_written(api: World) -> None:
    order = {"id": "a", "metadata": nested(MOST), "items": [item(MOST_OF_ITEM)]}

    answer = await api.client.post("/v1/orders", json=order)

    assert answer.status_code == 200, answer.text
    assert json.loads(answer.content)["metadata"] == nested(MOST)
