"""Export files: their rows, cells and formats."""

import json
from typing import Any

import pytest

from tests.support.api import World
from tests.unit.api.exported import file, rows

pytestmark = pytest.mark.usefixtures("three_orders")


async def test_a_file_is_csv_with_a_header_of_the_default_fields(api: World) -> None:
    answer = await file(api, {})

    name = answer.headers["Content-Disposition"].removeprefix('attachment; filename="')
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert name.startswith("exp_")
    assert name.endswith('.csv"')
    assert answer.text == (
        'id,source_id,status\r\na,"\'=1+""1""",CREATED\r\nb,shop-b,PAID\r\nc,,CREATED\r\n'
    )


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/plain, text/csv", "text/csv; charset=utf-8; header=present"),
        ("text/plain, */*;q=0.1", "text/csv; charset=utf-8; header=present"),
        ("application/json", "text/csv; charset=utf-8; header=present"),
    ],
)
async def test_who_takes_nothing_but_plain_text_gets_it(
    api: World, accept: str, media_type: str
) -> None:
    answer = await file(api, {}, Accept=accept)

    assert answer.headers["Content-Type"] == media_type
    assert answer.text.startswith("id,")


async def test_every_field_has_its_cell(api: World) -> None:
    fields = [
        *("id", "created_at", "updated_at", "amount", "discount_amount", "items_discount_amount"),
        *("total_discount_amount", "total_amount", "customer_id", "referrer_id"),
        *("metadata.text", "metadata.n", "metadata.list", "metadata.no", "metadata.at"),
        *("payments_amount", "refunded_amount", "items_count"),
    ]

    found = await rows(api, fields=fields)

    assert found == [
        ",".join(fields),
        (
            "a,2026-03-01T12:00:00.000Z,2026-03-01T12:01:00.000Z,1000,300,,300,700,cust_1,,"
            '"x, y",1.5,"[1,null]",false,\'@x,,,1'
        ),
        "b,2026-03-01T12:02:00.000Z,2026-03-01T12:04:00.000Z,900,,,,900,,,,,,,,900,200,0",
        "c,2026-03-01T12:05:00.000Z,,,,,,,,,,,,,,,,0",
    ]


async def test_metadata_is_compact_json(api: World) -> None:
    found = await rows(
        api, fields=["metadata"], filters={"source_id": {"conditions": {"$is": "shop-b"}}}
    )

    assert found == ["metadata", "{}"]


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("created_at", "abc"),
        ("-created_at", "cba"),
        ("updated_at", "cab"),
        ("-updated_at", "bac"),
        ("status", "acb"),
        ("-status", "bca"),
    ],
)
async def test_rows_come_in_the_sequence_asked_for(api: World, order: str, ids: str) -> None:
    found = await rows(api, fields=["id"], order=order)

    assert "".join(found[1:]) == ids


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, "abc"),
        ({"junction": "AND"}, "abc"),
        ({"status": {"conditions": {"$is": "PAID"}}}, "b"),
        ({"status": {"conditions": {"$in": ["PAID", "CREATED"]}}}, "abc"),
        ({"status": {"conditions": {"$is_not": "PAID"}}}, "ac"),
        ({"source_id": {"conditions": {"$is_unknown": True}}}, "c"),
        ({"source_id": {"conditions": {"$has_value": None}}}, "ab"),
        ({"source_id": {"conditions": {"$is_not": ["shop-b", "x"]}}}, "ac"),
        ({"source_id": {"conditions": {"$starts_with": "shop"}}}, "b"),
        ({"source_id": {"conditions": {"$starts_with": "SHOP"}}}, ""),
        ({"source_id": {"conditions": {"$ends_with": ["-b", "-c"]}}}, "b"),
        ({"source_id": {"conditions": {"$contains": ".*"}}}, ""),
        ({"source_id": {"conditions": {"$not_contain": "shop"}}}, "ac"),
        ({"customer_id": {"conditions": {"$is": "cust_1"}}}, "a"),
        ({"amount": {"conditions": {"$more_than": 900}}}, "a"),
        ({"amount": {"conditions": {"$more_than_equal": 900, "$less_than": 1000}}}, "b"),
        ({"amount": {"conditions": {"$not_in": [900]}}}, "ac"),
        ({"discount_amount": {"conditions": {"$is": 0}}}, "b"),
        ({"discount_amount": {"conditions": {"$is_unknown": ""}}}, "c"),
        ({"created_at": {"conditions": {"$after": "2026-03-01T12:02:00Z"}}}, "c"),
        ({"created_at": {"conditions": {"$before": "2026-03-01T14:02:00+02:00"}}}, "a"),
        ({"updated_at": {"conditions": {"$more_than_equal": "2026-03-01T12:04:00Z"}}}, "b"),
        ({"metadata.text": {"conditions": {"$is": "x, y"}}}, "a"),
        ({"metadata.n": {"conditions": {"$is": 1.5}}}, "a"),
        ({"metadata.n": {"conditions": {"$is": "1.5"}}}, ""),
        ({"metadata.no": {"conditions": {"$is": 0}}}, ""),
        ({"metadata.no": {"conditions": {"$is": False}}}, "a"),
        ({"metadata.n": {"conditions": {"$contains": "1"}}}, ""),
        ({"metadata.x": {"conditions": {"$not_contain": "1"}}}, "abc"),
        (
            {
                "junction": "or",
                "status": {"conditions": {"$is": "PAID"}},
                "customer_id": {"conditions": {"$is": "cust_1"}},
            },
            "ab",
        ),
        (
            {
                "junction": "and",
                "status": {"conditions": {"$is": "PAID"}},
                "customer_id": {"conditions": {"$is": "cust_1"}},
            },
            "",
        ),
    ],
)
async def test_rows_are_those_that_the_filters_mean(
    api: World, filters: dict[str, Any], ids: str
) -> None:
    found = await rows(api, fields=["id"], filters=filters)

    assert "".join(found[1:]) == ids


@pytest.mark.parametrize(
    ("parameters", "details"),
    [
        ("x", ".parameters"),
        ({"order": "amount"}, "created_at, -created_at"),
        ({"fields": "id"}, ".fields"),
        ({"fields": ["items"]}, "id, source_id"),
        ({"fields": ["metadata."]}, ".fields[0]"),
        ({"fields": [5]}, ".fields[0]"),
        ({"format": "xml"}, "csv, jsonl"),
        ({"filters": "x"}, ".filters"),
        ({"filters": {"junction": "xor"}}, ".junction"),
        ({"filters": {"items": {"conditions": {"$is": 1}}}}, "created_at, updated_at"),
        ({"filters": {"status": {"$is": "PAID"}}}, ".status.conditions"),
        ({"filters": {"status": {"conditions": {"$where": "1"}}}}, "$is, $in"),
        ({"filters": {"status": {"conditions": {"$is": 5}}}}, "must be a string"),
        ({"filters": {"status": {"conditions": {"$is": {"$gt": ""}}}}}, "must be a string"),
        ({"filters": {"amount": {"conditions": {"$is": "5"}}}}, "must be an integer"),
        ({"filters": {"amount": {"conditions": {"$is": True}}}}, "must be an integer"),
        ({"filters": {"created_at": {"conditions": {"$after": "soon"}}}}, "ISO 8601"),
        ({"filters": {"metadata.n": {"conditions": {"$more_than": "5"}}}}, "must be a number"),
    ],
)
async def test_what_is_no_export_is_refused_and_what_is_known_is_named(
    api: World, parameters: object, details: str
) -> None:
    answer = await api.client.post("/v1/orders/export", json={"parameters": parameters})

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert details in answer.json()["details"]


async def test_json_lines_are_the_orders_as_they_are_served(api: World) -> None:
    answer = await file(api, {"format": "jsonl"})

    orders = [json.loads(line) for line in answer.text.splitlines()]
    assert orders == (await api.get("/v1/orders")).json()["orders"]
    assert answer.headers["Content-Disposition"].endswith('.jsonl"')
