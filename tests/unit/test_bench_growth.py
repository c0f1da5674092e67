"""The benches of long orders and of many orders: an order's past events, and its next ones."""

import orjson
from bench.long_orders import HISTORIES, more, past
from bench.many_orders import scattered


def _dates(events: list[bytes]) -> list[str]:
    return [orjson.loads(event)["created_at"] for event in events]


def test_an_order_of_so_many_facts_has_as_many_events_behind_it_from_its_creation_on() -> None:
    for history in HISTORIES:
        events = past(history, "ord_1", 4)
        assert len(events) == 4
        assert orjson.loads(events[0].value)["type"] == "order.created"
        assert _dates([event.value for event in events]) == [
            *("2026-03-01T12:00:00.000Z", "2026-03-01T12:01:00.000Z"),
            *("2026-03-01T12:02:00.000Z", "2026-03-01T12:03:00.000Z"),
        ]


def test_the_next_events_are_dated_after_all_others_or_before_if_they_are_late() -> None:
    first, *_, late = HISTORIES
    assert _dates([event.value for event in more(first, "ord_1", 4, 2)]) == [
        *("2026-03-01T12:04:00.000Z", "2026-03-01T12:05:00.000Z"),
    ]
    assert _dates([event.value for event in more(late, "ord_1", 4, 2)]) == [
        *("2026-03-01T11:56:00.000Z", "2026-03-01T11:55:00.000Z"),
    ]


def test_payments_go_to_their_own_topic() -> None:
    _, payments, redemptions, _ = HISTORIES
    assert [event.payment for event in past(payments, "ord_1", 3)] == [False, True, True]
    assert [event.payment for event in past(redemptions, "ord_1", 3)] == [False, False, False]


def test_orders_that_get_an_event_are_spread_over_those_created_last() -> None:
    assert list(scattered(100, 200, 4)) == [100, 125, 150, 175]
