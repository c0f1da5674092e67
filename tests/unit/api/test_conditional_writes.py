"""Conditions of a write: what must, and what must not, be stored."""

import pytest

from tests.support.api import World, created


@pytest.fixture(autouse=True)
async def two_revisions(api: World) -> None:
    """Add an order whose revision is 2."""
    await created(api, id="ord_1")
    await created(api, id="ord_1", amount=5)


async def status_of(api: World, **headers: str) -> int:
    answer = await api.client.put("/v1/orders/ord_1", json={"status": "PAID"}, headers=headers)
    assert (answer.status_code == 200) is (len(api.log.events) == 3)
    if answer.status_code != 200:
        assert (answer.json()["key"], answer.json()["revision"]) == ("precondition_failed", 2)
    return answer.status_code


@pytest.mark.parametrize("etag", ["*", '"2"', 'W/"2"', '"2-p"', '"7", "2"'])
async def test_a_write_where_none_of_these_must_be_stored_is_refused_while_one_is(
    api: World, etag: str
) -> None:
    assert await status_of(api, **{"If-None-Match": etag}) == 412


@pytest.mark.parametrize("etag", ['"1"', '"1", "3"', "2", ""])
async def test_a_write_where_none_of_these_must_be_stored_is_done_while_none_is(
    api: World, etag: str
) -> None:
    assert await status_of(api, **{"If-None-Match": etag}) == 200


@pytest.mark.parametrize(
    ("etag", "status"), [("*", 200), ('"2"', 200), ('W/"2"', 412), ('"1"', 412)]
)
async def test_a_write_on_top_of_a_revision_is_done_only_there(
    api: World, etag: str, status: int
) -> None:
    assert await status_of(api, **{"If-Match": etag}) == status


async def test_what_changes_nothing_is_refused_by_the_same_conditions(api: World) -> None:
    answer = await api.client.put("/v1/orders/ord_1", json={}, headers={"If-None-Match": "*"})

    assert answer.status_code == 412


async def test_an_order_that_is_not_there_is_not_found_whatever_must_not_be_stored(
    api: World,
) -> None:
    answer = await api.client.put("/v1/orders/x", json={}, headers={"If-None-Match": "*"})

    assert answer.status_code == 404


async def test_a_conditional_write_that_is_repeated_is_not_in_its_own_way(api: World) -> None:
    headers = {"Idempotency-Key": "k", "If-None-Match": '"3"'}

    answers = [
        await api.client.put("/v1/orders/ord_1", json={"status": "PAID"}, headers=headers)
        for _ in range(2)
    ]

    assert [(it.status_code, it.headers["ETag"]) for it in answers] == [(200, '"3"')] * 2
