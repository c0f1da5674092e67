"""Retractions in the log itself: voided events and erased orders (section 3)."""

from order_projector.domain.facts import Erasure, EventStamp, Void
from tests.support.events import Json, accepted, code, event

AT = 1_772_366_400_000
STAMP = EventStamp(AT, "evt_9")


def voided(**data: object) -> Json:
    return event("event.voided", data, name="evt_9")


def erased(order: object = None) -> Json:
    return event("order.erased", {"order": order, "reason": "asked for"}, name="evt_9")


def test_a_void_names_its_order_and_the_event_that_it_takes_back() -> None:
    outcome = accepted(voided(order={"id": "ord_1"}, voids="evt_7", reason="a typing mistake"))
    assert outcome.order_id == "ord_1"
    assert outcome.facts == (Void(event=STAMP, at=AT, voids="evt_7"),)


def test_a_void_names_its_order_as_any_event_does() -> None:
    alone = accepted(voided(order={"source_id": "shop/1"}, voids="evt_7"))
    assert alone.order_id == "ord_f0ad2890b03140d10195dd3526acbd50"
    assert code(voided(voids="evt_7")) == "unknown_order"
    assert code(voided(order={"source_id": ""}, voids="evt_7")) == "invalid_event"


def test_the_event_that_is_voided_is_required() -> None:
    for wrong in ({}, {"voids": None}, {"voids": 7}, {"voids": ["evt_7"]}):
        assert code(voided(order={"id": "ord_1"}, **wrong)) == "invalid_event"


def test_the_order_of_a_void_has_a_name_and_no_details() -> None:
    details = {"status": "LOST", "items": 5, "metadata": "x", "note": [[]]}
    outcome = accepted(voided(order={"id": "ord_1", **details}, voids="evt_7"))
    assert outcome.facts == (Void(event=STAMP, at=AT, voids="evt_7"),)


def test_an_erasure_carries_no_details() -> None:
    outcome = accepted(erased({"id": "ord_1", "items": 5, "source_id": 7}))
    assert (outcome.order_id, outcome.facts) == ("ord_1", (Erasure(event=STAMP, at=AT),))


def test_an_order_erased_without_an_id_is_unknown_order() -> None:
    nameless: tuple[object, ...] = (None, [], {}, {"id": None}, {"source_id": "shop/1"})
    for order in (*nameless, {"source_id": ""}):
        assert code(erased(order)) == "unknown_order"
    assert code(erased({"id": ""})) == "invalid_event"


def test_a_leading_customer_is_ignored_here_too() -> None:
    assert accepted(erased({"id": "ord_1"}) | {"type": "customer.order.erased"}).facts
    void = voided(order={"id": "ord_1"}, voids="evt_7")
    assert accepted(void | {"type": "customer.event.voided"}).facts
