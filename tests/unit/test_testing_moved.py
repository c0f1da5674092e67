"""Events of `order_projector.testing` that name another event go on naming it in time."""

import pytest

from order_projector.testing import (
    event_voided,
    order_created,
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
