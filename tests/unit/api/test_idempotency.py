"""Idempotency keys: a write that is sent again takes effect once."""

from typing import Any

import httpx
import pytest

from order_projector.projection.api_jobs import FirstTry
from tests.support.api import World, key_line

TWO = ({"id": "ord_1", "amount": 5}, {"id": "ord_1", "amount": 6})


async def post(api: World, key: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    return await api.client.post(
        "/v1/orders", json=body, headers={"Idempotency-Key": key, **headers}
    )


async def test_a_write_that_is_repeated_publishes_once_and_answers_the_order(api: World) -> None:
    first = await post(api, "k", {"amount": 5})
    second = await post(api, "k", {"amount": 5})

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert len(api.log.events) == 1


async def test_a_write_that_was_not_folded_goes_out_again_as_the_same_event(api: World) -> None:
    api.log.folds = False
    await post(api, "k", {"amount": 5})
    api.clock.advance(hours=1)

    again = await post(api, "k", {"amount": 5})

    assert again.status_code == 202
    assert api.log.events[0] == api.log.events[1]


async def test_a_write_that_did_not_reach_the_broker_is_repeated_with_the_first_time(
    api: World,
) -> None:
    api.log.answers = False
    refused = await post(api, "k", {"id": "ord_1"})
    api.clock.advance(hours=1)
    api.log.answers = True

    answer = await post(api, "k", {"id": "ord_1"})

    assert (refused.status_code, answer.status_code) == (503, 200)
    assert api.log.published()[0]["created_at"] == "2026-03-01T12:00:00.000Z"


async def test_a_key_belongs_to_its_client(api: World) -> None:
    api.keys_file.write_text(f"{key_line()}\n{key_line('other', 'else')}\n")

    mine = await post(api, "k", {})
    theirs = await post(api, "k", {}, **{"X-App-Id": "other", "X-App-Token": "else"})

    assert mine.json()["id"] != theirs.json()["id"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/orders", b'{"id": "ord_1", "amount": 6}'),
        ("PUT", "/v1/orders/ord_1", b'{"id": "ord_1", "amount": 5}'),
    ],
)
async def test_the_same_key_with_another_request_is_refused(
    api: World, method: str, path: str, body: bytes
) -> None:
    key = {"Idempotency-Key": "k"}
    await api.client.post("/v1/orders", content=b'{"id": "ord_1", "amount": 5}', headers=key)

    answer = await api.client.request(method, path, content=body, headers=key)

    assert (answer.status_code, answer.json()["key"]) == (409, "idempotency_key_reused")
    assert len(api.log.events) == 1


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/orders"), ("PUT", "/v1/orders/ord_1")])
async def test_of_two_requests_at_once_with_one_key_the_later_one_is_refused_as_ever(
    api: World, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    await api.client.post("/v1/orders", json={"id": "ord_1"})
    key, first_try, answers = {"Idempotency-Key": "k"}, api.keys.first_try, list[httpx.Response]()

    async def overtaken(name: str) -> FirstTry | None:
        """Look the key up, and have the other request done before the answer arrives."""
        monkeypatch.setattr(api.keys, "first_try", first_try)
        found = await first_try(name)
        for _ in range(2):
            answers.append(await api.client.request(method, path, json=TWO[1], headers=key))
        return found

    monkeypatch.setattr(api.keys, "first_try", overtaken)
    later = await api.client.request(method, path, json=TWO[0], headers=key)

    assert (later.status_code, later.json().get("key")) == (409, "idempotency_key_reused")
    assert [(it.status_code, it.json()["amount"]) for it in answers] == [(200, 6)] * 2
    assert len(api.log.events) == 2


async def test_when_the_record_of_a_key_is_gone_the_order_still_holds_its_event(
    api: World,
) -> None:
    await post(api, "k", {"id": "ord_1", "amount": 5})
    api.keys.tries.clear()

    answer = await post(api, "k", {"id": "ord_1", "amount": 6})

    assert (answer.status_code, answer.json()["amount"]) == (200, 5)
    assert len(api.log.events) == 1


async def test_a_write_on_top_of_a_revision_that_is_repeated_is_not_in_its_own_way(
    api: World,
) -> None:
    await api.client.post("/v1/orders", json={"id": "ord_1"})
    headers = {"Idempotency-Key": "k", "If-Match": '"1"'}

    answers = [
        await api.client.put("/v1/orders/ord_1", json={"status": "PAID"}, headers=headers)
        for _ in range(2)
    ]

    assert [(it.status_code, it.headers["ETag"]) for it in answers] == [(200, '"2"')] * 2


async def test_a_refused_body_uses_no_key_up(api: World) -> None:
    refused = await post(api, "k", {"status": "OPEN"})
    answer = await post(api, "k", {"status": "PAID"})

    assert (refused.status_code, answer.status_code) == (400, 200)


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/orders"), ("PUT", "/v1/orders/ord_1")])
async def test_a_key_of_a_request_that_published_nothing_is_used_up_all_the_same(
    api: World, method: str, path: str
) -> None:
    await api.client.post("/v1/orders", json={"id": "ord_1", "amount": 5})
    key = {"Idempotency-Key": "k"}

    answers = [
        await api.client.request(method, path, json={"id": "ord_1", **body}, headers=key)
        for body in ({}, {}, {"amount": 6})
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert answers[2].json()["key"] == "idempotency_key_reused"
    assert len(api.log.events) == 1


async def test_a_request_that_published_nothing_is_overtaken_by_another_of_its_key(
    api: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own look at the key came before the other was done."""
    await api.client.post("/v1/orders", json={"id": "ord_1", "amount": 5})
    await api.client.put("/v1/orders/ord_1", json={"amount": 6}, headers={"Idempotency-Key": "k"})

    async def unknown(_: str) -> None:
        return None

    monkeypatch.setattr(api.keys, "first_try", unknown)

    answer = await api.client.put("/v1/orders/ord_1", json={}, headers={"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["key"]) == (409, "idempotency_key_reused")
