"""Voided events: what an event said is retracted in the log itself."""

from order_projector.domain.facts import Fact
from order_projector.domain.served import project_order
from order_projector.projection import codec
from tests.support.calculated import whatever_arrives_first
from tests.support.events import (
    Json,
    accepted,
    event_at,
    order_event,
    order_of,
    paid,
    redeemed,
    rolled_back,
)
from tests.support.flagged import flags_of

CART = order_event(0, amount=1000)
R_1 = redeemed(
    1,
    "r_1",
    order={
        "id": "ord_1",
        "amount": 1000,
        "total_amount": 900,
        "discount_amount": 100,
        "applied_discount_amount": 100,
    },
)


def void(minute: int, event: Json | str, name: str | None = None) -> Json:
    """Return an event of this minute that voids another."""
    voids = event if isinstance(event, str) else event["id"]
    return event_at(minute, "event.voided", {"order": {"id": "ord_1"}, "voids": voids}, name)


def test_a_voided_event_is_as_if_never_seen_whether_it_comes_before_or_after() -> None:
    order = whatever_arrives_first(CART, R_1, void(5, R_1))
    assert (order["total_amount"], "redemptions" in order) == (1000, False)


def test_a_voiding_event_has_its_own_time() -> None:
    assert order_of(CART, void(5, CART))["updated_at"] is None
    order = order_of(CART, R_1, void(5, R_1))
    assert order["updated_at"] == "2026-03-01T12:05:00.000Z"


def test_all_that_an_event_says_is_voided() -> None:
    data = {
        "redemptions": [{"id": "r_1"}, {"id": "r_2"}],
        "parent_redemption": {"id": "r_0"},
        "order": {"id": "ord_1", "amount": 7, "metadata": {"n": 1}, "status": "PAID"},
    }
    whole = event_at(2, "redemption.succeeded", data)
    order = order_of(CART, whole, void(5, whole))
    assert (order["amount"], order["metadata"], order["status"]) == (1000, {}, "CREATED")
    assert "redemptions" not in order


def test_a_voided_rollback_leaves_its_redemption() -> None:
    undone = rolled_back(2, "rr_1", "r_1")
    assert whatever_arrives_first(R_1, undone, void(5, undone))["total_amount"] == 900


def test_copies_meet_first_then_voids_strike() -> None:
    """The later copy of the payment wins, and a copy that lost never comes back."""
    first, later = paid(1, 1, name="p"), paid(2, 2, name="p")
    order = whatever_arrives_first(first, later, void(5, later))
    assert "payments" not in order
    assert whatever_arrives_first(first, later, void(5, first))["payments"]["p"]["amount"] == 2


def test_a_voiding_event_can_be_voided_by_a_greater_one_only() -> None:
    def total(minute: int, name: str) -> int:
        taken = void(5, R_1, "evt_v")
        again = void(minute, "evt_v", name)
        return int(whatever_arrives_first(CART, R_1, taken, again)["total_amount"])

    assert (total(6, "evt_w"), total(5, "evt_w")) == (900, 900)
    assert (total(4, "evt_w"), total(5, "evt_a")) == (1000, 1000)


def test_an_order_of_which_everything_is_void_stays_created_with_nothing_known() -> None:
    order = whatever_arrives_first(paid(1, 500), void(5, paid(1, 500)))
    assert order == {
        "id": "ord_1",
        "source_id": None,
        "created_at": "2026-03-01T12:05:00.000Z",
        "updated_at": None,
        "status": "CREATED",
        "metadata": {},
        "customer_id": None,
        "referrer_id": None,
        "object": "order",
    }


def test_a_voiding_event_names_the_order_and_gives_no_details() -> None:
    data = {"order": {"id": "ord_1", "amount": 5, "status": "PAID"}, "voids": "evt_x"}
    order = order_of(CART, event_at(5, "event.voided", data))
    assert (order["amount"], order["status"]) == (1000, "CREATED")


def test_a_void_that_meets_no_event_of_the_order_is_flagged() -> None:
    lost = void(5, "evt_of_another")
    assert flags_of(CART, lost) == [("unknown_event", lost["id"], "evt_of_another")]
    assert flags_of(CART, void(5, CART)) == []


def test_the_id_of_a_losing_copy_does_not_count_as_met() -> None:
    first, later = paid(1, 1, name="p"), paid(2, 2, name="p")
    lost = void(5, first)
    assert flags_of(first, later, lost) == [("unknown_event", lost["id"], first["id"])]


def test_a_voided_event_leaves_no_flag() -> None:
    odd = order_event(2, amount=5, total_amount=7)
    assert [code for code, *_ in flags_of(odd)] == ["amounts_do_not_add_up"]
    assert flags_of(odd, void(5, odd)) == []


def test_the_events_of_an_order_are_in_the_timeline_s_order_though_some_are_void() -> None:
    events = [order_event(nth, metadata={"n": nth}) for nth in (1, 2, 3)]
    facts: dict[str, Fact] = {}
    for event in (*events, void(4, events[0])):
        facts |= codec.merge(facts.get, accepted(event).facts)
    assert project_order("ord_1", facts).events == ("evt_001", "evt_002", "evt_003", "evt_004")
