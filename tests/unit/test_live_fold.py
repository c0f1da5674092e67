"""A live order is folded on by the steps of its new events alone, where that is the same."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from orjson import dumps

from order_projector.domain.details import EventDetails
from order_projector.domain.facts import (
    EventStamp,
    Fact,
    Payment,
    Redemption,
    Refund,
    Rollback,
    Snapshot,
    Stack,
    Void,
    identity,
)
from order_projector.domain.fold import advance
from order_projector.domain.served import project_order
from order_projector.domain.status import PaymentType
from order_projector.projection.bookkeeping import next_state
from order_projector.projection.live_fold import FoldedOn, fold_live
from order_projector.projection.long_orders.resumable_fold import ORDER_FOLD
from order_projector.projection.ports import Coordinates, ProjectionState
from order_projector.projection.recent_states import RecentStates
from order_projector.projection.session import Changed, InboundEvent, Violated, decide
from tests.support.events import order_event
from tests.support.events import redeemed as redeemed_event
from tests.support.priced import coupon
from tests.support.sessions import OneOrder

AT = Coordinates("t", 0, 999)


def stamp(at: int) -> EventStamp:
    """Return the stamp of the event of that moment."""
    return EventStamp(at, f"e{at:03}")


def paid(at: int) -> Payment:
    """Return a payment of that moment."""
    return Payment(f"p{at}", stamp(at), at, PaymentType.SUCCEEDED, amount=10)


def redeemed(at: int, name: str, parent: str | None = None) -> Redemption:
    """Return a redemption of that moment."""
    return Redemption(name, stamp(at), at, parent=parent)


CREATED = Snapshot(stamp(1), 1, EventDetails(amount=100))
HISTORY = (CREATED, redeemed(2, "r2"), redeemed(3, "r3", "stack"), paid(4))


def by_identity(facts: Sequence[Fact]) -> dict[str, Fact]:
    """Return facts by their identities."""
    return {identity(fact): fact for fact in facts}


def folded(facts: Sequence[Fact] = HISTORY) -> FoldedOn:
    """Fold these facts, to go on from."""
    found = fold_live("o", by_identity(facts))
    assert found is not None
    return found


def gone_on(*facts: Fact) -> FoldedOn | None:
    """Fold these facts on after the history."""
    return folded().live.go_on("o", by_identity(HISTORY).keys(), by_identity(facts))


@pytest.mark.parametrize(
    "later",
    [
        [paid(5)],
        [redeemed(5, "r5"), paid(6)],
        [Refund("re5", stamp(5), 5, 4, "p4")],
        [Refund("re5", stamp(5), 5, 4, "p4"), redeemed(6, "r6")],
        [Rollback("rr5", stamp(5), 5, "r2")],
        [Rollback("rr5", stamp(5), 5, "nobody knows")],
        [Snapshot(stamp(5), 5, EventDetails(amount=90))],
        [Stack("other", stamp(5), ("c1", "c2")), redeemed(5, "c1", "other")],
    ],
    ids=[
        "payment",
        "two",
        "refund",
        "refund and redemption",
        "rollback",
        "unknown rollback",
        "snapshot",
        "stack",
    ],
)
def test_events_later_than_all_others_give_the_fold_of_all_facts(later: list[Fact]) -> None:
    found = gone_on(*later)

    assert found is not None
    whole = project_order("o", by_identity([*HISTORY, *later]))
    assert found.projection == whole
    assert dumps(found.projection.order) == dumps(whole.order), "the same keys in the same order"


def test_payments_of_one_round_are_served_in_timeline_order_however_they_came() -> None:
    found = gone_on(paid(6), Refund("re7", stamp(7), 7, 4, "p4"), paid(5))

    assert found is not None
    assert list(found.projection.order["payments"]) == ["p4", "p5", "p6"]
    assert found.projection.order["payments"]["p4"]["refunded_amount"] == 4


def test_the_first_payment_of_an_order_is_served_after_all_else() -> None:
    created = folded([CREATED])

    found = created.live.go_on("o", by_identity([CREATED]).keys(), by_identity([paid(2)]))

    assert found is not None
    whole = project_order("o", by_identity([CREATED, paid(2)]))
    assert dumps(found.projection.order) == dumps(whole.order)
    assert "payments" not in created.projection.order, "what was served before stays as it was"


def test_folding_nothing_on_serves_what_was_served_before() -> None:
    found = folded([CREATED]).live.go_on("o", by_identity([CREATED]).keys(), {})

    assert found is not None
    assert found.projection == project_order("o", by_identity([CREATED]))


def test_one_event_more_takes_one_step_however_many_came_before() -> None:
    events: list[Fact] = [CREATED, *map(paid, range(2, 300))]
    live, known = folded(events[:-1]).live, by_identity(events[:-1]).keys()

    with patch("order_projector.domain.prefix.advance", wraps=advance) as steps:
        assert live.go_on("o", known, by_identity(events[-1:])) is not None

    assert steps.call_count == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(paid(4), at=3, event=EventStamp(3, "e000")),
        paid(4),
        replace(paid(5), event=EventStamp(5, "e004")),
        Snapshot(EventStamp(4, "e003x"), 4, EventDetails(amount=90)),
        Void(stamp(5), 5, "e002"),
        Stack("stack", stamp(5), ("r3",)),
        Stack("other", stamp(5), ("r2",)),
        redeemed(5, "stack"),
        redeemed(5, "r5", "stack"),
        Rollback("rr5", stamp(5), 5, "r3"),
    ],
    ids=[
        "late",
        "copy",
        "more of one event",
        "of the same moment",
        "void",
        "list of its stack",
        "stack of what stood alone",
        "parent",
        "child of its stack",
        "rollback of a child",
    ],
)
def test_what_may_change_the_timeline_so_far_is_not_folded_on(other: Fact) -> None:
    assert gone_on(other) is None


def test_a_fold_serves_once() -> None:
    live, known = folded().live, by_identity(HISTORY).keys()

    assert live.go_on("o", known, by_identity([paid(5)])) is not None
    assert live.go_on("o", known, by_identity([paid(5)])) is None
    assert live.events() == frozenset()


def test_a_fold_that_was_refused_serves_no_more() -> None:
    live, known = folded().live, by_identity(HISTORY).keys()

    assert live.go_on("o", known, by_identity([paid(2)])) is None
    assert live.go_on("o", known, by_identity([paid(5)])) is None


def test_an_order_with_a_void_or_an_event_in_no_step_has_no_live_fold() -> None:
    assert fold_live("o", by_identity([*HISTORY, Void(stamp(5), 5, "e002")])) is None
    assert fold_live("o", by_identity([CREATED, Stack("s", stamp(2), ("unknown",))])) is None


def kept(redemptions: int) -> ProjectionState:
    """Return what is kept of an order of 100 lines with so many redemptions."""
    lines = [{"product_id": f"p{n}", "price": 500} for n in range(100)]
    redeem = coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS")
    events = [order_event(0, items=lines)]
    events += [
        redeemed_event(1 + n, f"r_{n}", order={"id": "ord_1"}, **redeem) for n in range(redemptions)
    ]
    order = OneOrder(recent=RecentStates())
    for event in events:
        order.take([event])
    assert order.recent is not None
    state = order.recent.take({"ord_1": [InboundEvent(AT, "payment.failed", stamp(1), ())]})[
        "ord_1"
    ]
    assert state is not None
    return state


@pytest.mark.parametrize(("redemptions", "is_live"), [(10, True), (20, False)])
def test_the_fold_of_an_order_whose_redemptions_touch_many_lines_is_not_kept(
    redemptions: int, is_live: bool
) -> None:
    """One line that a redemption touches takes 280 bytes; a kept state seven for a character."""
    assert (kept(redemptions).live is not None) is is_live


def test_the_self_checks_know_the_events_of_a_fold_that_was_gone_on_from() -> None:
    first, second = (
        InboundEvent(replace(AT, offset=at), "payment.succeeded", paid(at).event, (paid(at),))
        for at in (1, 2)
    )
    stored = decide("o", None, [first], ORDER_FOLD)
    assert isinstance(stored, Changed)

    def caused_again(*arguments: Any) -> ProjectionState:
        state = next_state(*arguments)
        return replace(state, causes=(*state.causes, first.event.id))

    with patch("order_projector.projection.session.next_state", caused_again):
        decision = decide("o", stored.write.state, [second], ORDER_FOLD)

    assert decision == Violated(("an event is a cause that has been one before",))
