"""Events of `order_projector.testing` that name another event still name it when it moves."""

import pytest

from order_projector.testing import (
    event_voided,
    in_sequence,
    order_created,
    order_paid,
    payment_succeeded,
)
from tests.support.built import MUGS, PAID, order_of

CREATED = order_created("ord_1", items=MUGS)
VOID = event_voided(PAID)


@pytest.mark.parametrize("reason", ["a", "b", "c", "d", "e", "f", "g", "h"])
def test_the_void_of_a_void_restores_the_event_whatever_the_ids(reason: str) -> None:
    void = event_voided(PAID, reason=reason)
    assert order_of(CREATED, PAID, void)["status"] == "CREATED"
    assert order_of(CREATED, PAID, void, event_voided(void))["status"] == "PAID"


def test_a_void_is_later_than_the_event_it_takes_back() -> None:
    assert VOID.created_at == "2026-03-01T12:08:00.000Z"
    assert event_voided(VOID).created_at == "2026-03-01T12:09:00.000Z"
    assert event_voided(PAID.later(60)).created_at == "2026-03-01T13:04:00.000Z"
    assert event_voided(PAID, at="2026-03-01T12:00:00Z").created_at == "2026-03-01T12:00:00.000Z"


def test_a_void_in_a_sequence_names_the_event_as_it_is_there() -> None:
    _, paid, void = in_sequence(CREATED, PAID, VOID)
    assert (paid.id != PAID.id, void.data["voids"]) == (True, paid.id)
    assert order_of(CREATED, paid, void)["status"] == "CREATED"


def test_the_void_of_a_void_in_a_sequence_names_it_as_it_is_there() -> None:
    events = in_sequence(CREATED, PAID, VOID, event_voided(VOID))
    assert order_of(*events[:3])["status"] == "CREATED"
    assert order_of(*events)["status"] == "PAID"


def test_a_void_in_a_sequence_can_come_before_what_it_takes_back() -> None:
    void, created, paid = in_sequence(VOID, CREATED, PAID)
    assert void.data["voids"] == paid.id
    assert order_of(void, created, paid)["status"] == "CREATED"


def test_a_void_in_a_sequence_takes_back_the_last_of_several_copies() -> None:
    first, second, void = in_sequence(PAID, PAID, VOID)
    assert void.data["voids"] == second.id != first.id


def test_a_void_of_what_is_not_in_the_sequence_stays_as_it_is() -> None:
    other = payment_succeeded("ord_1", 1)
    _, void = in_sequence(other, VOID)
    assert void == VOID.at("2026-03-01T12:01:00Z")


def test_voids_of_given_ids_that_name_each_other_stay_as_they_are() -> None:
    first = event_voided(order_paid("ord_1", event_id="evt_2"), event_id="evt_1")
    second = event_voided(first, event_id="evt_2")
    assert [event.data["voids"] for event in in_sequence(first, second)] == ["evt_2", "evt_1"]
