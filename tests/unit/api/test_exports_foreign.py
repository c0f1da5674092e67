"""Values of an export that no order can have: no request that holds one fails."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import World, world

SURROGATE = "\ud800"
HUGE = 10**20
BEYOND = "9" * 500
"""An integer beyond every range: it reads as infinity."""

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"order": SURROGATE}, ".parameters.order"),
    ({"format": SURROGATE}, ".parameters.format"),
    ({"fields": [SURROGATE]}, ".parameters.fields[0]"),
    ({"fields": [f"metadata.{SURROGATE}"]}, ".parameters.fields[0]"),
    ({"filters": {SURROGATE: {"conditions": {}}}}, f".filters.{SURROGATE} is no field"),
    ({"filters": {f"metadata.{SURROGATE}": {"conditions": {}}}}, "is no field of a filter"),
    ({"filters": {"amount": {"conditions": {SURROGATE: 1}}}}, f".{SURROGATE} is no operator"),
    ({"filters": {"status": {"conditions": {"$is": SURROGATE}}}}, "lone surrogate"),
    ({"filters": {"metadata.a": {"conditions": {"$contains": SURROGATE}}}}, "lone surrogate"),
    ({"filters": {"created_at": {"conditions": {"$after": SURROGATE}}}}, "lone surrogate"),
]


@pytest.mark.parametrize("path", ["/v1/exports", "/v1/orders/export"])
@pytest.mark.parametrize(("parameters", "details"), REFUSED)
async def test_a_text_that_is_none_is_an_invalid_payload(
    api: World, path: str, parameters: dict[str, Any], details: str
) -> None:
    body = json.dumps({"exported_object": "order", "parameters": parameters})

    answer = await api.client.post(path, content=body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert details in json.loads(answer.content)["details"]


async def test_the_ledgers_order_id_is_no_lone_surrogate_either(api: World) -> None:
    filters = {"order_id": {"conditions": {"$is": SURROGATE}}}
    body = json.dumps({"exported_object": "ledger", "parameters": {"filters": filters}})

    answer = await api.client.post("/v1/exports", content=body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (r'"\ud800"', SURROGATE),
        (r'{"\ud800": "é\\\udfff"}', {SURROGATE: "é\\\udfff"}),
        (str(HUGE), HUGE),
        (f"[-{HUGE}, {BEYOND}, 1e400]", [-HUGE, None, None]),
        ("0.1234567890123456789", 0.12345678901234568),
    ],
)
async def test_a_parameter_that_is_not_ours_costs_nothing(
    api: World, value: str, shown: object
) -> None:
    body = f'{{"exported_object": "order", "parameters": {{"x": {value}}}}}'

    made = await api.client.post("/v1/exports", content=body)
    listed = await api.get("/v1/exports")

    assert (made.status_code, listed.status_code) == (200, 200)
    assert json.loads(made.content)["parameters"] == {"x": shown}
    assert json.loads(listed.content)["exports"][0]["parameters"] == {"x": shown}


@pytest.mark.usefixtures("three_orders")
@pytest.mark.parametrize(
    ("operator", "ids"), [("$is", ""), ("$is_not", "abc"), ("$less_than", "ab"), ("$more_than", "")]
)
async def test_an_amount_is_compared_with_any_integer(api: World, operator: str, ids: str) -> None:
    filters = {"amount": {"conditions": {operator: HUGE}}}
    parameters = {"fields": ["id"], "filters": filters}

    made = await api.client.post("/v1/orders/export", json={"parameters": parameters})
    url = (await api.get(f"/v1/exports/{made.json()['id']}")).json()["result"]["url"]
    file = await api.get(url.removeprefix("https://orders.example"))

    assert made.json()["parameters"] == parameters
    assert "".join(file.text.split("\r\n")[1:]) == ids


async def test_what_an_export_asks_for_fits_a_document_of_the_database(tmp_path: Path) -> None:
    body = '{"exported_object": "order", "parameters": {"x": "%s"}}'
    largest = body % ("x" * (4_194_304 - len(body) + 2))

    async with world(tmp_path, body_limit=50_000_000) as api:
        taken = await api.client.post("/v1/exports", content=largest)
        refused = await api.client.post("/v1/exports", content=largest + " ")

    assert (taken.status_code, refused.status_code) == (200, 413)
