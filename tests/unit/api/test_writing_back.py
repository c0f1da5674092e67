"""Orders that are read and written back whole: only `updated_at` changes."""

from typing import Any

import pytest

from order_projector.domain.source_ids import customer_id_of
from tests.support.api import World, created
from tests.support.events import order_event, paid, redeemed, rolled_back

Json = dict[str, Any]


async def written_back(api: World) -> Json:
    """Read the order, write it back, and return it if it changed nothing but its time."""
    read = (await api.get("/v1/orders/ord_1")).json()
    answer = await api.client.put("/v1/orders/ord_1", json=read)
    written: Json = answer.json()
    assert answer.status_code == 200
    assert written == read | {"updated_at": written["updated_at"]}
    assert written["updated_at"] > (read["updated_at"] or "")
    return written


async def test_a_customer_known_by_source_id_alone_stays_so_when_written_back(api: World) -> None:
    """The derived id that was read is none that an event gives, so a later source id counts."""
    await created(api, id="ord_1", amount=10, customer={"source_id": "shopper"})
    assert (await written_back(api))["customer_id"] == customer_id_of("shopper")

    answer = await api.client.put("/v1/orders/ord_1", json={"customer": {"source_id": "ada"}})

    assert answer.json()["customer_id"] == customer_id_of("ada")


async def test_a_referrer_known_by_source_id_alone_stays_so_when_written_back(api: World) -> None:
    await created(api, id="ord_1", amount=10, referrer={"source_id": "bob"})
    assert (await written_back(api))["referrer_id"] == customer_id_of("bob")
    read = (await api.get("/v1/orders/ord_1")).json()
    await api.client.post("/v1/orders", json=read)

    answer = await api.client.put("/v1/orders/ord_1", json={"referrer": {"source_id": "eve"}})

    assert answer.json()["referrer"] == {"id": customer_id_of("eve"), "object": "customer"}


async def test_an_id_of_the_derived_form_that_is_not_the_order_s_own_counts(api: World) -> None:
    await created(api, id="ord_1", amount=10, customer={"source_id": "shopper"})

    answer = await api.client.put(
        "/v1/orders/ord_1", json={"customer": {"id": customer_id_of("ada")}}
    )

    assert answer.json()["customer_id"] == customer_id_of("ada")


def gift(unit: str, price: int | None = None, effect: str = "ADD_NEW_ITEMS") -> Json:
    """Return a redemption of one unit that is free."""
    discount: Json = {"type": "UNIT", "unit_off": 1, "unit_type": unit, "effect": effect}
    if price is not None:
        discount["product"] = {"id": unit, "price": price}
    return redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"id": "v", "discount": discount})


A = {"product_id": "a", "quantity": 1}


async def test_an_amount_without_items_is_written_back_beside_a_unit_without_price(
    api: World,
) -> None:
    """500 are to be paid, not nothing: the cent that was paid does not settle it."""
    await api.told(order_event(0, "created", amount=500), gift("ship"), paid(2, 1))

    written = await written_back(api)

    assert (written["amount"], written["total_amount"]) == (500, 500)
    assert written["status"] == "PROCESSING"


async def test_an_amount_without_items_is_written_back_beside_a_unit_with_a_price(
    api: World,
) -> None:
    await api.told(order_event(0, "created", amount=500), gift("p1", 30))

    await written_back(api)
    written = await written_back(api)

    assert (written["amount"], written["total_amount"]) == (530, 500)
    assert "items" not in api.log.published()[0]["data"]["order"]
    assert api.log.published()[0]["data"]["order"]["amount"] == 500


async def test_the_value_of_a_unit_is_no_amount_of_items_without_one(api: World) -> None:
    """The amount of what the customer ordered stays unknown once the unit is taken back."""
    await api.told(order_event(0, "created", items=[A]), gift("b", 30))

    await written_back(api)
    written = await written_back(api)

    assert (written["amount"], written["total_amount"]) == (30, 0)
    await api.told(rolled_back(3, "rr_1", "r_1"))
    assert "amount" not in (await api.get("/v1/orders/ord_1")).json()


async def test_the_amount_of_items_without_one_is_written_back_less_the_units(api: World) -> None:
    await api.told(order_event(0, "created", amount=500, items=[A]), gift("p1", 30))

    await written_back(api)
    written = await written_back(api)

    assert (written["amount"], written["initial_amount"], written["total_amount"]) == (
        530,
        500,
        500,
    )


async def test_a_changed_amount_of_items_without_one_is_the_amount_that_is_shown(
    api: World,
) -> None:
    """The unit is worth 30, so 700 are 670 for what the customer ordered."""
    await api.told(order_event(0, "created", amount=500, items=[A]), gift("p1", 30))
    read = (await api.get("/v1/orders/ord_1")).json()

    written = (await api.client.put("/v1/orders/ord_1", json=read | {"amount": 700})).json()

    assert (written["amount"], written["initial_amount"], written["total_amount"]) == (
        700,
        670,
        670,
    )


async def test_the_amount_of_some_items_is_written_back_less_the_units_of_others(
    api: World,
) -> None:
    """Of 500, `a` costs 490 and one `c` 10; the second `c` is free."""
    items = [A, {"product_id": "c", "quantity": 1, "price": 10}]
    await api.told(order_event(0, "created", amount=500, items=items), gift("c"))

    written = await written_back(api)

    assert (written["amount"], written["initial_amount"], written["total_amount"]) == (
        510,
        500,
        500,
    )


async def test_an_amount_of_nothing_beside_an_item_with_an_amount_is_written_back(
    api: World,
) -> None:
    """The order costs 0, whatever its items say; the second `c` is free."""
    items = [A, {"product_id": "c", "quantity": 1, "price": 10}]
    await api.told(order_event(0, "created", amount=0, items=items), gift("c"))

    written = await written_back(api)

    assert (written["amount"], written["initial_amount"], written["total_amount"]) == (10, 0, 0)


@pytest.mark.parametrize(
    ("effect", "amount", "total"), [("ADD_NEW_ITEMS", 133, 100), ("ADD_MISSING_ITEMS", 100, 67)]
)
async def test_an_amount_that_is_not_the_price_of_its_units_is_written_back(
    api: World, effect: str, amount: int, total: int
) -> None:
    """Three units of 33 cost 100; a fourth, or one of the three, is free."""
    items = [{"product_id": "a", "quantity": 3, "price": 33, "amount": 100}]
    await api.told(order_event(0, "created", items=items), gift("a", effect=effect))

    written = await written_back(api)

    assert (written["amount"], written["total_amount"]) == (amount, total)


async def test_a_changed_price_is_that_of_the_units_that_the_customer_ordered(api: World) -> None:
    """Its amount was 100; three units of 40 cost 120, and the free one is worth 33."""
    items = [{"product_id": "a", "quantity": 3, "price": 33, "amount": 100}]
    await api.told(order_event(0, "created", items=items), gift("a"))
    [item] = (await api.get("/v1/orders/ord_1")).json()["items"]

    answer = await api.client.put("/v1/orders/ord_1", json={"items": [item | {"price": 40}]})

    assert (answer.json()["amount"], answer.json()["initial_amount"]) == (153, 120)


async def test_a_cart_is_emptied_by_writing_back_its_free_unit_alone(api: World) -> None:
    items = [{"product_id": "a", "quantity": 1, "price": 70}]
    await api.told(order_event(0, "created", items=items), gift("p1", 30))
    [_, free] = (await api.get("/v1/orders/ord_1")).json()["items"]

    answer = await api.client.put("/v1/orders/ord_1", json={"items": [free]})

    assert answer.json()["items"] == [free]
    assert (answer.json()["amount"], answer.json()["total_amount"]) == (30, 0)
    assert (await written_back(api))["items"] == [free]


@pytest.mark.parametrize(
    ("order", "unit", "amount"),
    [
        ({"amount": 500}, gift("p1", 30), 500),
        ({"items": [A]}, gift("p1", 30), None),
        (
            {"items": [{"product_id": "a", "quantity": 3, "price": 33, "amount": 100}]},
            gift("a"),
            100,
        ),
    ],
)
async def test_an_order_read_before_a_rollback_is_written_as_it_is_without_the_unit(
    api: World, order: Json, unit: Json, amount: int | None
) -> None:
    await api.told(order_event(0, "created", **order), unit)
    read = (await api.get("/v1/orders/ord_1")).json()
    await api.told(rolled_back(2, "rr_1", "r_1", status="CREATED"))
    now = (await api.get("/v1/orders/ord_1")).json()

    written = (await api.client.put("/v1/orders/ord_1", json=read)).json()

    assert written == now | {"updated_at": written["updated_at"]}
    assert (written.get("amount"), written.get("total_amount")) == (amount, amount)
