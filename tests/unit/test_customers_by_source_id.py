"""Customers and referrers named by the merchant's id (section 5)."""

import pytest

from order_projector.domain.details import EventDetails
from order_projector.domain.facts import Redemption, Snapshot
from order_projector.domain.source_ids import customer_id_of, order_id_from
from tests.support.events import Json, accepted, code, event
from tests.support.shapes import ID, R, order, redemption


def details_of(value: Json) -> EventDetails:
    [fact] = accepted(value).facts
    assert isinstance(fact, Redemption | Snapshot)
    return fact.details


IN_THE_ORDER = {"source_id": "c_order"}
BESIDE_IT = {"source_id": "c_data", "id": "cust_data"}


@pytest.mark.parametrize("kind", ["order.paid", "redemption.succeeded"])
def test_the_customers_source_id_is_that_of_the_orders_customer_else_of_the_datas(
    kind: str,
) -> None:
    own = event(kind, {"order": ID | {"customer": IN_THE_ORDER}, "redemption": R})
    assert details_of(own).customer_source_id == "c_order"
    beside = event(kind, {"order": ID, "customer": BESIDE_IT, "redemption": R})
    assert details_of(beside).customer_source_id == "c_data"
    own["data"]["customer"] = BESIDE_IT
    assert details_of(own).customer_source_id == "c_order"
    assert details_of(own).customer_id == "cust_data"


def test_a_redemption_s_own_order_says_who_its_customer_is() -> None:
    value = redemption(redemption={**R, "order": ID | {"customer": IN_THE_ORDER}})
    assert details_of(value).customer_source_id == "c_order"


def test_the_referrers_source_id_is_that_of_the_orders_referrer() -> None:
    found = details_of(order(referrer={"source_id": "r_order"}))
    assert (found.referrer_source_id, found.referrer_id) == ("r_order", None)
    assert found.customer_source_id is None


def test_an_empty_source_id_beside_an_id_is_as_null_and_alone_it_is_invalid() -> None:
    found = details_of(order(customer={"id": "cust_1", "source_id": ""}))
    assert (found.customer_id, found.customer_source_id) == ("cust_1", None)
    assert code(order(customer={"source_id": ""})) == "invalid_event"
    assert code(order(referrer={"source_id": ""})) == "invalid_event"


@pytest.mark.parametrize("wrong", [5, True, {"id": "c"}, ["c"]])
def test_a_source_id_is_a_text(wrong: object) -> None:
    assert code(order(customer={"source_id": wrong})) == "invalid_event"


def test_an_id_is_derived_from_the_utf_8_bytes_of_a_source_id() -> None:
    assert customer_id_of("shop/1") == "cust_f0ad2890b03140d10195dd3526acbd50"
    assert order_id_from("shop/1") == "ord_f0ad2890b03140d10195dd3526acbd50"
    assert customer_id_of("é") == "cust_4a99557e4033c3539de2eb65472017ca"
