"""Keys, scopes and the rate limit."""

import json
import logging
from pathlib import Path

import httpx
import pytest

from tests.support.api import HEADERS, TOKEN, World, key_line, world


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": text}


def bare(api: World) -> httpx.AsyncClient:
    """Return a client that sends no key by default."""
    api.client.headers.pop("X-App-Id", None)
    api.client.headers.pop("X-App-Token", None)
    return api.client


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(HEADERS, id="own headers"),
        pytest.param(bearer(f"Bearer shop.{TOKEN}"), id="bearer"),
        pytest.param(bearer(f"bEARER shop.{TOKEN}"), id="scheme in any case"),
        pytest.param(HEADERS | bearer("Bearer wrong"), id="authorization is not looked at"),
    ],
)
async def test_a_key_is_shown_by_its_own_headers_or_as_a_bearer_token(
    api: World, headers: dict[str, str]
) -> None:
    answer = await bare(api).get("/v1/orders", headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no key"),
        pytest.param({"X-App-Id": "shop", "X-App-Token": "wrong"}, id="wrong token"),
        pytest.param({"X-App-Id": "other", "X-App-Token": TOKEN}, id="unknown app id"),
        pytest.param({"X-App-Id": "shop"} | bearer(f"Bearer shop.{TOKEN}"), id="half a key"),
        pytest.param(bearer(f"Basic shop:{TOKEN}"), id="basic"),
        pytest.param(bearer(f"Bearer shop{TOKEN}"), id="no dot"),
        pytest.param({"X-App-Id": "shop", "X-App-Token": ""}, id="empty token"),
    ],
)
async def test_whatever_is_wrong_with_a_key_the_answer_is_the_same(
    api: World, headers: dict[str, str]
) -> None:
    answer = await bare(api).get("/v1/orders", headers=headers)

    body = answer.json()
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert body == {
        "code": 401,
        "key": "unauthorized",
        "message": "Unauthorized",
        "request_id": answer.headers["X-Request-Id"],
    }


async def test_a_key_without_the_scope_is_forbidden(api: World) -> None:
    api.keys_file.write_text(key_line(scopes=("orders:export",)))

    answers = [await api.get("/v1/orders"), await api.client.post("/v1/orders", json={})]

    assert [(it.status_code, it.json()["key"]) for it in answers] == [(403, "forbidden")] * 2


async def test_the_keys_file_is_read_again_when_it_changes(api: World) -> None:
    api.keys_file.write_text(key_line("new", "another"))

    old = await api.get("/v1/orders")
    new = await api.client.get("/v1/orders", headers={"X-App-Id": "new", "X-App-Token": "another"})

    assert (old.status_code, new.status_code) == (401, 200)


async def test_a_broken_line_is_logged_by_its_number_and_good_keys_stay_good(
    api: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        api.keys_file.write_text(f'{key_line("new", "another")}\n{{"app_id": "{TOKEN}"')
        old = await api.get("/v1/orders")
    new = await api.client.get("/v1/orders", headers={"X-App-Id": "new", "X-App-Token": "another"})

    assert (old.status_code, new.status_code) == (200, 200)
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.INFO] == [
        "line 2 of the keys file is not JSON"
    ]


async def test_a_keys_file_that_is_gone_leaves_the_keys_good(api: World) -> None:
    api.keys_file.unlink()

    assert (await api.get("/v1/orders")).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"app_id": "a.b"},
        {"app_id": ""},
        {"app_id": 5},
        {"token_sha256": "00"},
        {"scopes": []},
        {"scopes": ["orders:everything"]},
        {"scopes": "orders:read"},
    ],
)
async def test_a_line_that_is_no_key_opens_nothing(api: World, change: dict[str, object]) -> None:
    line = json.dumps(json.loads(key_line("other", "else")) | change)
    api.keys_file.write_text(f"{key_line()}\n{line}\n")

    answer = await api.client.get(
        "/v1/orders",
        headers={"X-App-Id": str(change.get("app_id", "other")), "X-App-Token": "else"},
    )

    assert answer.status_code == 401


async def test_two_tokens_of_one_client_are_both_good_while_they_are_changed(api: World) -> None:
    api.keys_file.write_text(f"{key_line('shop', 'one')}\n{key_line('shop', 'two')}\n")

    answers = [
        await api.client.get("/v1/orders", headers={"X-App-Token": token})
        for token in ("one", "two", "three")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 401]


async def test_beyond_the_rate_a_key_waits_and_others_do_not(tmp_path: Path) -> None:
    async with world(tmp_path, rate=2) as api:
        api.keys_file.write_text(f"{key_line()}\n{key_line('other', 'else')}\n")
        answers = [await api.get("/v1/orders") for _ in range(3)]
        other = await api.client.get(
            "/v1/orders", headers={"X-App-Id": "other", "X-App-Token": "else"}
        )

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-Rate-Limit-Limit"] for answer in answers] == ["2"] * 3
    assert [answer.headers["X-Rate-Limit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].json()["key"] == "too_many_requests"
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert other.status_code == 200


async def test_without_a_limit_a_client_reads_that_there_is_a_large_one(api: World) -> None:
    answer = await api.get("/v1/orders")

    assert answer.headers["X-Rate-Limit-Limit"] == "1000000"
    assert answer.headers["X-Rate-Limit-Remaining"] == "1000000"


async def test_no_token_is_in_any_line_of_the_log(
    api: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await api.get("/v1/orders")
        await bare(api).get("/v1/orders", headers=bearer(f"Bearer shop.{TOKEN}"))

    assert TOKEN not in caplog.text
    assert json.loads(key_line())["token_sha256"] not in caplog.text
