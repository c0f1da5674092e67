"""Orders that are read and written back whole: only `updated_at` changes."""

from typing import Any

from order_projector.domain.source_ids import customer_id_of
from tests.support.api import World, created

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
