"""The facts of an order as of a moment in the past."""

from order_projector.domain.clock import parse_time
from order_projector.domain.facts import Fact, identity
from order_projector.domain.moments import facts_until
from order_projector.domain.served import project_order
from tests.support.events import accepted, at, event_at, order_event, paid, redeemed, rolled_back


def facts(*events: object) -> dict[str, Fact]:
    return {identity(fact): fact for each in events for fact in accepted(each).facts}


def status_at(minute: int, *events: object) -> str | None:
    kept = facts_until(facts(*events), parse_time(at(minute)))
    return project_order("ord_1", kept).order["status"] if kept else None


PAID = (order_event(1, "created", amount=1000), paid(3, 1000))


def test_an_order_is_what_its_facts_up_to_then_make() -> None:
    assert status_at(0, *PAID) is None
    assert status_at(1, *PAID) == "CREATED"
    assert status_at(2, *PAID) == "CREATED"
    assert status_at(3, *PAID) == "PAID"


def test_what_is_void_today_is_void_at_every_moment() -> None:
    void = event_at(9, "event.voided", {"order": {"id": "ord_1"}, "voids": "evt_003"})

    assert status_at(5, *PAID, void) == "CREATED"
    assert status_at(9, *PAID, void) == "CREATED"
    early = project_order("ord_1", facts_until(facts(*PAID, void), parse_time(at(5))))
    assert early.flags == ()


def test_a_list_of_a_stack_is_there_with_one_of_its_redemptions() -> None:
    stack = {"redemptions": {"r_0": {"date": at(2), "stacked": ["r_1", "r_2"]}}}
    told = facts(redeemed(2, "r_1", order={"id": "ord_1", **stack}, own={"redemption": "r_0"}))

    assert facts_until(told, parse_time(at(1))) == {}
    assert facts_until(told, parse_time(at(2))) == told


def test_a_list_of_which_no_redemption_is_known_is_there_with_the_order() -> None:
    """A shop's order may list stacks of before our time: the rollback of a child undoes nothing."""
    stack = {"redemptions": {"r_0": {"stacked": ["r_1", "r_2"]}}}
    listed = order_event(1, "created", amount=1000, status="PAID", **stack)
    undone = rolled_back(3, "rr_1", "r_1")

    assert facts_until(facts(listed, undone), parse_time(at(0))) == {}
    assert status_at(1, listed, undone) == "PAID"
    assert status_at(4, listed, undone) == "PAID"
