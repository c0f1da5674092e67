"""The values that an order store can hold and returns unchanged, and those that it cannot."""

import json
from dataclasses import replace
from typing import Any

import pytest

from order_projector.projection.ports import OrderStore, OrderWrite, Written
from tests.contract.states import STATE, first, served, then
from tests.support.stored import told

METADATA: dict[str, Any] = {
    "z": 1,
    "a.b": {"c.d": 1, "$set": {"$inc": 1}},
    "$ref": "orders",
    "$id": "1",
    "reference": {"x": 0, "$ref": "orders", "$id": "1", "$db": "d", "y": [{"$ref": "o", "$id": 2}]},
    "reversed": {"$id": "1", "$ref": "orders"},
    "$where": None,
    "": "",
    "ключ 🗝": ["ü", {"": {"": []}}],
    "_id": "not ours",
    "_projection": {"counter": 99},
    "numbers": [0, -1, 2**31, 2**63 - 1, -(2**63), 0.1, -0.0, 1e300],
    "others": [True, False, None, {}, [], [[]], "\0", "2026-03-01T10:00:00Z"],
}


async def test_an_order_comes_back_exactly_as_it_was_served(store: OrderStore) -> None:
    order = {
        "id": "o",
        "source_id": None,
        "created_at": "2026-03-01T10:00:00.000Z",
        "items": [{"object": "order_item", "metadata": METADATA}],
        "metadata": METADATA,
        "redemptions": {"r.1": {"date": "x"}, "$r": {}},
    }
    await store.write([OrderWrite("o", None, order, STATE)])

    assert json.dumps((await served(store)).order) == json.dumps(order)


async def test_metadata_without_references_keeps_its_sequence_and_numbers_too(
    store: OrderStore,
) -> None:
    metadata = {"b": 2**40, "a": {"d": None, "c": 1.0}}
    await store.write([first(metadata=metadata)])

    back = (await served(store)).order

    assert json.dumps(back) == '{"id": "o", "metadata": ' + json.dumps(metadata) + "}"


@pytest.mark.parametrize("order_id", ["$o", "a.b", "ü/🗝", " ", "\0", "o" * 256])
async def test_an_order_id_may_hold_any_character(store: OrderStore, order_id: str) -> None:
    await store.write([first(order_id)])

    assert list(await store.load([order_id])) == [order_id]
    assert await store.write([then(first(order_id))]) == {order_id: Written.APPLIED}
    assert (await served(store, order_id)).order["id"] == order_id


async def test_a_state_is_kept_as_it_was_when_its_caller_goes_on_changing_it(
    store: OrderStore,
) -> None:
    metadata = {"a": 1}
    await store.write([first(metadata=metadata)])

    metadata["a"] = 2

    assert (await served(store)).order["metadata"] == {"a": 1}


@pytest.mark.parametrize(
    "metadata",
    [{"text": "x" * 15_000_000}, {"n": [2**63]}, {"n": -(2**63) - 1}, {"a\0b": 1}],
    ids=["15 MB", "65 bits", "65 bits, negative", "NUL in a key"],
)
async def test_what_cannot_be_stored_is_refused_and_costs_no_other_order(
    store: OrderStore, metadata: dict[str, Any]
) -> None:
    await store.write([first("stays"), first("replaced")])
    facts = {"event e1": told(json.dumps(metadata))}
    misfit = first("misfit", metadata=metadata)
    grown = then(first("stays"), metadata=metadata)

    results = await store.write(
        [
            first("new"),
            replace(misfit, state=replace(misfit.state, facts=facts)),
            replace(grown, state=replace(grown.state, facts=facts)),
        ]
    )

    assert results["misfit"] is results["stays"] is Written.TOO_LARGE
    assert results["new"] is Written.APPLIED
    assert await store.revisions(["misfit", "stays", "new"]) == {"stays": 1, "new": 1}
