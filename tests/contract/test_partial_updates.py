"""An update leaves what a replacement would leave, and answers what it would answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import bson
import pytest
from pymongo.asynchronous.collection import AsyncCollection

from order_projector.projection.document import compose
from order_projector.projection.partial_update import partial_update
from order_projector.projection.ports import OrderStore, OrderWrite, Written
from tests.contract.states import first, served
from tests.contract.test_order_store_values import METADATA
from tests.support.long_order import PAYMENTS, long_writes

pytestmark = pytest.mark.parametrize("kind", ["motor", "pymongo"], indirect=True)

Orders = AsyncCollection[dict[str, Any]]


def writes(count: int, order_id: str = "o") -> Sequence[OrderWrite]:
    """Return this many writes of a long order: all but the first can be sent as updates."""
    made = list(islice(long_writes(order_id), count))
    assert [partial_update(write) is not None for write in made] == [False] + [True] * (count - 1)
    return made


async def stored(orders: Orders, order_id: str = "o") -> Mapping[str, Any]:
    document = await orders.find_one({"_id": order_id})
    assert document is not None
    return document


async def test_a_document_is_updated_to_what_would_replace_it(
    store: OrderStore, orders: Orders
) -> None:
    for write in writes(4):
        assert await store.write([write]) == {"o": Written.APPLIED}
        assert bson.encode(await stored(orders)) == bson.encode(compose(write))


async def test_an_update_of_another_state_is_a_conflict_and_changes_nothing(
    store: OrderStore, orders: Orders
) -> None:
    base, second, third = writes(3)
    await store.write([base])
    await store.write([second])
    before = await stored(orders)

    assert await store.write([second]) == {"o": Written.CONFLICT}
    assert await stored(orders) == before
    assert await store.write([third]) == {"o": Written.APPLIED}
    assert await store.write([second]) == {"o": Written.CONFLICT}


async def test_an_order_that_was_removed_is_there_again_after_its_update(
    store: OrderStore, orders: Orders
) -> None:
    base, second = writes(2)
    await store.write([base])
    await orders.delete_one({"_id": "o"})

    assert await store.write([second]) == {"o": Written.APPLIED}
    assert await stored(orders) == compose(second)


async def test_another_history_that_has_come_to_the_same_counter_is_replaced(
    store: OrderStore, orders: Orders
) -> None:
    """A backup was restored, or the order removed, and another worker has gone on from there."""
    base, second = writes(2)
    other = next(long_writes("o", payments=PAYMENTS - 100))
    assert other.state.counter == base.state.counter
    await store.write([base])
    await orders.delete_one({"_id": "o"})
    await store.write([other])

    assert await store.write([second]) == {"o": Written.APPLIED}
    assert await stored(orders) == compose(second)


async def test_metadata_may_hold_what_an_update_would_interpret(store: OrderStore) -> None:
    base, second = writes(2)
    second = replace(second, order={**second.order, "metadata": METADATA})
    assert partial_update(second) is not None
    await store.write([base])

    assert await store.write([second]) == {"o": Written.APPLIED}
    assert json.dumps((await served(store)).order) == json.dumps(second.order)


@pytest.mark.parametrize("damage", [{"payments": 5}, {"_projection.payments": "none"}])
async def test_a_document_that_no_update_can_be_applied_to_is_replaced(
    store: OrderStore, orders: Orders, damage: dict[str, Any]
) -> None:
    base, second = writes(2)
    await store.write([base])
    await orders.update_one({"_id": "o"}, {"$set": damage})

    assert await store.write([second]) == {"o": Written.APPLIED}
    assert await stored(orders) == compose(second)


async def test_damage_that_an_update_does_not_touch_stays(
    store: OrderStore, orders: Orders
) -> None:
    """So it is an update that was applied, and no replacement."""
    base, *others = writes(4)
    await store.write([base])
    await orders.update_one({"_id": "o"}, {"$set": {"payments.pay_1.amount": 11}})

    for write in others:
        assert await store.write([write]) == {"o": Written.APPLIED}
        assert (await stored(orders))["payments"]["pay_1"]["amount"] == 11


async def test_each_of_many_is_answered_by_itself(store: OrderStore, orders: Orders) -> None:
    a, b = writes(3, "a"), writes(3, "b")
    await store.write([a[0], b[0]])
    await store.write([b[1]])

    results = await store.write([a[1], b[1], first("short")])

    assert results == {"a": Written.APPLIED, "b": Written.CONFLICT, "short": Written.APPLIED}
    assert (await stored(orders, "a"))["payments"].keys() == {
        f"pay_{nth}" for nth in range(1, PAYMENTS + 2)
    }


async def test_an_updated_order_is_found_by_its_new_payment(
    store: OrderStore, orders: Orders
) -> None:
    for write in writes(2):
        await store.write([write])

    found = await orders.find_one({"_projection.payments": f"pay_{PAYMENTS + 1}"})
    assert found is not None
    assert found["_id"] == "o"


async def test_a_validator_refuses_an_update_as_it_refuses_a_document(
    store: OrderStore, orders: Orders
) -> None:
    base, second = writes(2)
    await store.write([base])
    await orders.database.command(
        "collMod", "orders", validator={"updated_at": {"$type": "int"}}, validationLevel="strict"
    )

    answer = (await store.write([second]))["o"]
    assert answer is not Written.APPLIED
    assert (await stored(orders))["updated_at"] == base.order["updated_at"]
