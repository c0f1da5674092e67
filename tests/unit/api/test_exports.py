"""Exports: made, listed, downloaded, deleted."""

import json
from typing import Any

import httpx
import pytest

from tests.support.api import World, key_line
from tests.support.events import event_at, paid, redeemed, refunded


def created(minute: int, name: str, **order: Any) -> dict[str, Any]:
    return event_at(minute, "order.created", {"order": {"id": name, **order}})


@pytest.fixture(autouse=True)
async def _orders(api: World) -> None:
    """Three orders: a with everything, b paid and refunded in part, c with nothing."""
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
    """Make an export and download it, without a key."""
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
