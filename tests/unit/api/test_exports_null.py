"""Null in the parameters of an export carries nothing, and is no error."""

from typing import Any

import pytest

from tests.support.api import World
from tests.unit.api.exported import make, rows

pytestmark = pytest.mark.usefixtures("three_orders")

PAID = {"conditions": {"$is": "PAID"}}


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (None, "abc"),
        ({"junction": None, "status": None}, "abc"),
        ({"no_field": None}, "abc"),
        ({"status": {"conditions": None}}, "abc"),
        ({"status": {"conditions": {"$is": None}}}, "abc"),
        ({"status": {"conditions": {"$no_operator": None}}}, "abc"),
        ({"status": {"conditions": {"$is": ["PAID", None]}}}, "b"),
        ({"status": {"conditions": {"$is_not": [None, "PAID"]}}}, "ac"),
        ({"status": {"conditions": {"$is": "PAID", "$is_not": None}}}, "b"),
        ({"amount": {"conditions": {"$more_than": None, "$less_than": [None, 1000]}}}, "b"),
        ({"created_at": {"conditions": {"$after": None}}}, "abc"),
        ({"junction": "or", "amount": {"conditions": {"$is": None}}, "status": PAID}, "b"),
        ({"junction": "or", "amount": {"conditions": None}, "status": PAID}, "b"),
    ],
)
async def test_null_in_a_filter_is_as_if_it_were_not_given(
    api: World, filters: object, ids: str
) -> None:
    found = await rows(api, fields=["id"], filters=filters)

    assert "".join(found[1:]) == ids


@pytest.mark.parametrize("filters", [{"status": []}, {"status": {"conditions": []}}, []])
async def test_an_empty_list_is_the_empty_object_of_php(api: World, filters: object) -> None:
    assert await rows(api, fields=["id"], filters=filters) == ["id", "a", "b", "c"]


async def test_an_operator_that_ignores_its_value_takes_null(api: World) -> None:
    filters = {"source_id": {"conditions": {"$is_unknown": None}}}

    assert await rows(api, fields=["id"], filters=filters) == ["id", "c"]


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        ([None, "id"], "id"),
        (["id", None, "status"], "id,status"),
        ([None], "id,source_id,status"),
        (None, "id,source_id,status"),
    ],
)
async def test_null_among_the_fields_is_no_field(
    api: World, fields: list[str | None] | None, header: str
) -> None:
    assert (await rows(api, fields=fields))[0] == header


async def test_null_among_the_fields_of_the_ledger_is_no_field(api: World) -> None:
    parameters = {"fields": [None, "amount"], "filters": {"order_id": {"conditions": None}}}
    body = {"exported_object": "ledger", "parameters": parameters}
    made = (await api.client.post("/v1/exports", json=body)).json()
    url = (await api.get(f"/v1/exports/{made['id']}")).json()["result"]["url"]

    file = await api.get(url.removeprefix("https://orders.example"))

    assert file.text == "amount\r\n300\r\n"


async def test_a_strict_channel_is_shown_no_null_among_the_fields(api: World) -> None:
    strict = {"X-Voucherify-Channel": "Python-SDK"}

    made = await make(api, {"fields": [None, "id", "items_count"]}, **strict)

    assert made["parameters"] == {"fields": ["id"]}


@pytest.mark.parametrize("given", [{"$is": "PAID"}, {"conditions": None, "$is": "PAID"}, "PAID", 0])
async def test_conditions_that_stand_elsewhere_are_refused(api: World, given: Any) -> None:
    answer = await api.client.post(
        "/v1/orders/export", json={"parameters": {"filters": {"status": given}}}
    )

    assert answer.status_code == 400
    assert ".status.conditions must be an object" in answer.json()["details"]
