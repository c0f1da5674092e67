"""Lines without a unit of the customer's: an order that is read and written back keeps them."""

from typing import Any

import pytest

from tests.support.api import World
from tests.support.events import order_event, redeemed, rolled_back

Json = dict[str, Any]

B = {"product_id": "b", "quantity": 1, "price": 10}


def emptied(**cost: int) -> Json:
    """Return an item of which the customer took the last unit out."""
    return {"product_id": "a", "quantity": 0, **cost}


def gift(unit: str) -> Json:
    """Return a redemption of two units that are free."""
    discount = {"type": "UNIT", "unit_off": 2, "unit_type": unit, "effect": "ADD_NEW_ITEMS"}
    return redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"id": "v", "discount": discount})


async def order(api: World) -> Json:
    """Return the order without the time of its last change."""
    read: Json = (await api.get("/v1/orders/ord_1")).json()
    return {name: value for name, value in read.items() if name != "updated_at"}


@pytest.mark.parametrize("cost", [{}, {"price": 30}, {"amount": 7}, {"price": 30, "amount": 7}])
@pytest.mark.parametrize("others", [[], [B]], ids=["alone", "beside another"])
@pytest.mark.parametrize("method", ["PUT", "POST", "import"])
async def test_free_units_of_an_item_of_which_none_is_ordered_stay_when_it_is_written_back(
    api: World, cost: Json, others: list[Json], method: str
) -> None:
    """So does the item, once the units are taken back."""
    await api.told(order_event(0, "created", items=[emptied(**cost), *others]), gift("a"))
    read = await order(api)
    assert read["items"][0]["quantity"] == 2

    match method:
        case "PUT":
            await api.client.put("/v1/orders/ord_1", json=read)
        case "POST":
            await api.client.post("/v1/orders", json=read)
        case _:
            await api.client.post("/v1/orders/import", json=[read])
            await api.services.importer.work()

    assert len(api.log.events) == 1
    assert await order(api) == read
    await api.told(rolled_back(3, "rr_1", "r_1", status="CREATED"))
    [item, *_] = (await order(api))["items"]
    assert (item["product_id"], item["quantity"]) == ("a", 0)


async def test_a_line_that_only_a_redemption_brought_goes_with_it_after_a_write_back(
    api: World,
) -> None:
    await api.told(order_event(0, "created", items=[B]), gift("a"))
    read = await order(api)

    await api.client.put("/v1/orders/ord_1", json=read)

    assert await order(api) == read
    await api.told(rolled_back(3, "rr_1", "r_1", status="CREATED"))
    assert [item["product_id"] for item in (await order(api))["items"]] == ["b"]
