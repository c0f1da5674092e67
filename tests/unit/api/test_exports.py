"""Exports: made, listed, opened with a token, deleted."""

import pytest

from order_projector.api.exporting.fields import OURS, is_field
from order_projector.events.order_updated import ServedOrder
from tests.support.api import World, key_line
from tests.unit.api.exported import make

pytestmark = pytest.mark.usefixtures("three_orders")


def test_each_field_of_an_order_can_be_exported_but_for_these() -> None:
    """A field that is neither here nor exported has been forgotten."""
    kept_back = {name for name in ServedOrder.model_fields if not is_field(name)}

    assert kept_back == {
        "initial_amount",
        "items",
        "customer",
        "referrer",
        "object",
        "redemptions",
        "payments",
    }
    assert not ServedOrder.model_fields.keys() & set(OURS)


async def test_an_export_is_scheduled_then_done_with_a_url(api: World) -> None:
    made = await make(api, {"order": "-created_at"})

    found = (await api.get(f"/v1/exports/{made['id']}")).json()

    assert made == {
        "id": made["id"],
        "object": "export",
        "created_at": "2026-03-01T12:00:00.000Z",
        "status": "SCHEDULED",
        "channel": "API",
        "exported_object": "order",
        "parameters": {"order": "-created_at"},
        "result": None,
        "user_id": None,
    }
    assert list(made) == list(found)
    assert found["status"] == "DONE"
    assert list(found["result"]) == ["url"]


@pytest.mark.parametrize("token", ["x", "", "ffffffffffff.00", "zz.zz"])
async def test_a_token_that_is_none_opens_nothing_whatever_keys_come_with_it(
    api: World, token: str
) -> None:
    made = await make(api, {})

    answer = await api.get(f"/v1/exports/{made['id']}?token={token}")

    assert answer.status_code == (401 if token else 200)


async def test_a_url_is_good_for_a_day(api: World) -> None:
    made = await make(api, {})
    url = (await api.get(f"/v1/exports/{made['id']}")).json()["result"]["url"]
    path = url.removeprefix("https://orders.example")

    api.clock.advance(hours=23)
    before = await api.get(path)
    api.clock.advance(hours=2)
    after = await api.get(path)

    assert (before.status_code, after.status_code) == (200, 401)


async def test_the_token_of_one_export_is_none_of_another(api: World) -> None:
    one, other = await make(api, {}), await make(api, {})
    url = (await api.get(f"/v1/exports/{one['id']}")).json()["result"]["url"]

    answer = await api.get(f"/v1/exports/{other['id']}?{url.partition('?')[2]}")

    assert answer.status_code == 401


async def test_a_deleted_export_is_not_there_any_more(api: World) -> None:
    made = await make(api, {})
    url = (await api.get(f"/v1/exports/{made['id']}")).json()["result"]["url"]

    deleted = await api.client.delete(f"/v1/exports/{made['id']}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await api.get(f"/v1/exports/{made['id']}")).status_code == 404
    assert (await api.get(url.removeprefix("https://orders.example"))).status_code == 404
    assert (await api.client.delete(f"/v1/exports/{made['id']}")).status_code == 404


async def test_exports_are_listed_the_newest_first(api: World) -> None:
    names = []
    for _ in range(3):
        names.append((await make(api, {}))["id"])
        api.clock.advance(minutes=1)

    body = (await api.get("/v1/exports?limit=2")).json()
    oldest = (await api.get("/v1/exports?order=created_at&limit=1&page=2")).json()

    assert list(body) == ["object", "data_ref", "exports", "total"]
    assert [export["id"] for export in body["exports"]] == [names[2], names[1]]
    assert body["total"] == 3
    assert [export["id"] for export in oldest["exports"]] == [names[1]]


async def test_a_strict_channel_is_shown_published_fields_only(api: World) -> None:
    strict = {"X-Voucherify-Channel": "Python-SDK"}
    parameters = {"fields": ["id", "items_count", "metadata.x"], "format": "csv"}

    made = await make(api, parameters, **strict)
    listed = (await api.get("/v1/exports", **strict)).json()["exports"][0]

    assert made["parameters"] == listed["parameters"] == {"fields": ["id", "metadata.x"]}


async def test_an_export_with_the_same_key_is_the_same_export(api: World) -> None:
    key = {"Idempotency-Key": "k"}

    first, again = await make(api, {}, **key), await make(api, {}, **key)
    other = await api.client.post(
        "/v1/orders/export", json={"parameters": {"order": "status"}}, headers=key
    )

    assert first == again
    assert other.status_code == 409


async def test_exports_need_their_own_scope(api: World) -> None:
    api.keys_file.write_text(key_line(scopes=("orders:read", "orders:write")))

    assert (await api.get("/v1/exports")).status_code == 403
    assert (
        await api.client.post("/v1/exports", json={"exported_object": "order"})
    ).status_code == 403


async def test_only_what_is_known_is_exported(api: World) -> None:
    order = await api.client.post("/v1/exports", json={"exported_object": "order"})
    other = await api.client.post("/v1/exports", json={"exported_object": "voucher"})

    assert order.status_code == 200
    assert (other.status_code, other.json()["key"]) == (400, "invalid_payload")
