"""The rollback of one element of a request whose own order told all discounts together (section 3).

After a calculated event the served total is the sender's: what the rollback's order no longer holds
was the element's, although the last element contributed it.
"""

from typing import Any

from order_projector.domain.prefix import names_of, sought_by
from tests.support.calculated import CUP, MUG, figures, line, money, whatever_arrives_first
from tests.support.events import Json, accepted, at, event_at, order_event, redeemed, rolled_back
from tests.support.explained import explained
from tests.support.flagged import flags_of

ORDER = {"id": "ord_1", "amount": 1000}


def together(order: Json, *names: str, minute: int = 1) -> Json:
    """Return a request of these redemptions, told by its own order alone."""
    parts = [{"id": name, "date": at(minute)} for name in names]
    return event_at(minute, "redemption.succeeded", {"redemptions": parts, "order": order})


def off(stated: int, **applied: int) -> dict[str, Any]:
    """Return a calculated order without items."""
    discount = {"discount_amount": stated} if stated else {}
    return {**ORDER, **discount, "total_amount": 1000 - stated, **applied}


BOTH = together(off(300, applied_discount_amount=300), "r_1", "r_2")
FIRST_UNDONE = rolled_back(2, "rr_1", "r_1", **off(200))


def test_what_the_rollback_s_order_no_longer_holds_is_taken_off() -> None:
    order = whatever_arrives_first(BOTH, FIRST_UNDONE)

    assert (order["discount_amount"], order["total_amount"]) == (200, 800)
    assert order["status"] == "CREATED"
    assert flags_of(BOTH, FIRST_UNDONE) == []


def test_the_rest_goes_with_the_last_element() -> None:
    order = whatever_arrives_first(BOTH, FIRST_UNDONE, rolled_back(3, "rr_2", "r_2"))

    assert money(order) == {"amount": 1000, "total_amount": 1000}
    assert order["status"] == "CANCELED"


def test_a_later_redemption_is_told_on_top_of_the_rest() -> None:
    third = redeemed(3, "r_3", order=off(250, applied_discount_amount=50))

    assert whatever_arrives_first(BOTH, FIRST_UNDONE, third)["total_amount"] == 750


def test_a_rollback_that_keeps_the_discounts_takes_nothing_off() -> None:
    kept = rolled_back(2, "rr_1", "r_1", **off(300))

    assert whatever_arrives_first(BOTH, kept)["total_amount"] == 700


def test_a_rollback_that_states_no_amounts_takes_nothing_off() -> None:
    assert whatever_arrives_first(BOTH, rolled_back(2, "rr_1", "r_1"))["total_amount"] == 700


def test_no_more_is_taken_off_than_the_request_told() -> None:
    """The rollback of r_0 was missed: it still shows."""
    before = redeemed(0, "r_0", order=off(100, applied_discount_amount=100))
    both = together(off(400, applied_discount_amount=300), "r_1", "r_2")

    order = whatever_arrives_first(before, both, rolled_back(2, "rr_1", "r_1", **off(0)))

    assert order["total_amount"] == 900


def test_what_is_carried_stays() -> None:
    both = together(off(400, applied_discount_amount=300), "r_1", "r_2")
    undone = rolled_back(2, "rr_1", "r_1", **off(300))

    assert whatever_arrives_first(both, undone)["total_amount"] == 700
    last = rolled_back(3, "rr_2", "r_2")
    assert whatever_arrives_first(both, undone, last)["total_amount"] == 900


def test_of_two_requests_that_have_an_element_the_later_one_told_for_it() -> None:
    again = together(off(500, applied_discount_amount=200), "r_1", "r_3", minute=2)
    undone = rolled_back(3, "rr_1", "r_1", **off(400))

    order = whatever_arrives_first(BOTH, again, undone)
    assert order["total_amount"] == 600
    last = whatever_arrives_first(BOTH, again, undone, rolled_back(4, "rr_3", "r_3"))
    assert last["total_amount"] == 700


def lines(*items: Json) -> dict[str, Any]:
    """Return a calculated order of these lines."""
    amount = sum(item["amount"] for item in items)
    discount = sum(item.get("discount_amount", 0) for item in items)
    return {
        "id": "ord_1",
        "items": list(items),
        "amount": amount,
        "items_discount_amount": discount,
        "total_amount": amount - discount,
    }


def less(product: Json, stated: int, applied: int = 0) -> Json:
    """Return a line with a discount."""
    own = {"applied_discount_amount": applied} if applied else {}
    return line(product, discount_amount=stated, **own)


def test_discounts_of_lines_are_taken_off_where_they_are_gone() -> None:
    both = together(lines(less(MUG, 300, 300), less(CUP, 50, 50)), "r_1", "r_2")
    undone = rolled_back(2, "rr_1", "r_1", **lines(less(MUG, 100), less(CUP, 50)))

    order = whatever_arrives_first(both, undone)

    assert [discount for *_, discount in figures(order)] == [100, 50]
    last = whatever_arrives_first(both, undone, rolled_back(3, "rr_2", "r_2"))
    assert money(last) == {"amount": 1300, "total_amount": 1300}


def cups(quantity: int, **applied: int) -> Json:
    """Return cups of which the customer has one, and the others are free."""
    free = {"discount_quantity": quantity - 1, "discount_amount": 300 * (quantity - 1)}
    return line(CUP, quantity, initial_quantity=1, **free, **applied)


def test_free_units_are_taken_off_and_the_customer_s_stay() -> None:
    both = together(lines(cups(4, applied_discount_amount=900)), "r_1", "r_2")
    undone = rolled_back(2, "rr_1", "r_1", **lines(cups(3)))

    order = whatever_arrives_first(both, undone)

    assert figures(order) == [("cup", 3, 2, 600)]
    assert order["total_amount"] == 300
    last = whatever_arrives_first(both, undone, rolled_back(3, "rr_2", "r_2"))
    assert [(it["quantity"], it["amount"]) for it in last["items"]] == [(1, 300)]
    assert last["total_amount"] == 300


def test_a_free_line_that_is_gone_leaves_nothing() -> None:
    cart = order_event(0, items=[line(MUG)])
    free = {"initial_quantity": 0, "discount_quantity": 1, "discount_amount": 300}
    free |= {"applied_discount_amount": 300}
    both = together(lines(less(MUG, 100, 100), line(CUP, **free)), "r_1", "r_2")
    undone = rolled_back(2, "rr_1", "r_1", **lines(less(MUG, 100)))

    order = whatever_arrives_first(cart, both, undone)

    assert figures(order) == [("mug", 1, 0, 100)]
    assert order["total_amount"] == 900


def test_every_cent_of_it_is_in_the_explanation() -> None:
    explanation = explained(BOTH, FIRST_UNDONE)

    assert explanation.order["total_amount"] == 800
    assert explanation.holds
    posted = [line for entry in explanation.entries for line in entry.ledger]
    (reverted,) = [line for line in posted if line.cents == -100]
    assert (reverted.event_id, reverted.redemption_id) == ("evt_002", "r_2")


def test_the_rollback_of_an_element_is_folded_with_the_request() -> None:
    """So a checkpoint never lies between them."""
    (undone,) = accepted(FIRST_UNDONE).facts
    names = {name for fact in accepted(BOTH).facts for name in names_of(fact)}

    assert names & set(sought_by(undone))
