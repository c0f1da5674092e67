"""A request told by its last element, of which others came again in events of their own.

Section 3: what a request's own calculated order applied is taken once; after it, the served total
is the sender's.
"""

from itertools import permutations

import pytest

from order_projector.domain.facts import Fact
from order_projector.domain.prefix import divide, names_of, sought_by
from tests.support.calculated import CUP, MUG, figures, line, money, whatever_arrives_first
from tests.support.events import Json, accepted, at, event_at, order_of, redeemed, rolled_back
from tests.support.flagged import flags_of

ORDER = {"id": "ord_1", "amount": 1000}


def whole(off: int, applied: int) -> Json:
    """Return a calculated order without items."""
    return {
        **ORDER,
        "discount_amount": off,
        "applied_discount_amount": applied,
        "total_amount": 1000 - off,
    }


def request(*names: str, order: Json, minute: int = 3) -> Json:
    """Return a request of these redemptions, a minute apart, told by its own order alone."""
    parts = [{"id": name, "date": at(nth)} for nth, name in enumerate(names, start=1)]
    return event_at(minute, "redemption.succeeded", {"redemptions": parts, "order": order})


def again(name: str, order: Json, *, nth: int = 1, minute: int = 4, **data: Json) -> Json:
    """Return an element of that request in an event of its own."""
    return redeemed(minute, name, own={"date": at(nth)}, order=order, **data)


TOGETHER = request("r_1", "r_2", order=whole(300, 300))
FIRST = again("r_1", whole(100, 100))


def test_what_an_element_tells_again_is_not_counted_twice() -> None:
    order = whatever_arrives_first(TOGETHER, FIRST)

    assert (order["discount_amount"], order["total_amount"]) == (300, 700)
    assert list(order["redemptions"]) == ["r_1", "r_2"]
    assert flags_of(TOGETHER, FIRST) == []


@pytest.mark.parametrize(("undone", "total"), [("r_1", 800), ("r_2", 900)])
def test_the_rollback_of_either_takes_off_what_it_applied(undone: str, total: int) -> None:
    order = whatever_arrives_first(TOGETHER, FIRST, rolled_back(5, "rr_1", undone))

    assert order["total_amount"] == total


def test_an_element_without_a_date_is_counted_once_too() -> None:
    """It then stands after the request: at its own event's time."""
    undated = redeemed(4, "r_1", own={"date": None}, order=whole(100, 100))

    assert whatever_arrives_first(TOGETHER, undated)["total_amount"] == 700


def test_each_of_three_counts_once() -> None:
    three = request("r_1", "r_2", "r_3", order=whole(600, 600))
    second = again("r_2", whole(300, 200), nth=2, minute=5)

    events = three, FIRST, second
    assert whatever_arrives_first(*events)["total_amount"] == 400
    undone = rolled_back(6, "rr_1", "r_3")
    assert whatever_arrives_first(*events, undone)["total_amount"] == 700


def test_an_element_that_came_again_without_amounts_contributes_nothing() -> None:
    voucher = {"id": "v_1", "discount": {"type": "AMOUNT", "amount_off": 100}}

    order = whatever_arrives_first(TOGETHER, again("r_1", ORDER, voucher=voucher))

    assert order["total_amount"] == 700


def test_elements_that_all_came_again_count_as_their_own_events_say() -> None:
    second = again("r_2", whole(300, 200), nth=2, minute=5)

    assert whatever_arrives_first(TOGETHER, FIRST, second)["total_amount"] == 700
    undone = rolled_back(6, "rr_1", "r_2")
    assert whatever_arrives_first(TOGETHER, FIRST, second, undone)["total_amount"] == 900


def test_a_void_of_the_element_s_own_event_leaves_what_the_request_tells() -> None:
    void = event_at(6, "event.voided", {"order": {"id": "ord_1"}, "voids": "evt_004"})

    assert whatever_arrives_first(TOGETHER, FIRST, void)["total_amount"] == 700


def test_discounts_of_lines_are_not_counted_twice() -> None:
    """The second line of a mug is the one that the element discounted."""

    def of_lines(*off: int, applied: tuple[int, ...]) -> Json:
        items = [
            line(product, discount_amount=each, applied_discount_amount=own)
            for product, each, own in zip((MUG, MUG, CUP), off, applied, strict=True)
        ]
        return {
            "id": "ord_1",
            "items": items,
            "amount": 2300,
            "items_discount_amount": sum(off),
            "total_amount": 2300 - sum(off),
        }

    both = request("r_1", "r_2", order=of_lines(0, 300, 50, applied=(0, 300, 50)))
    first = again("r_1", of_lines(0, 100, 0, applied=(0, 100, 0)))

    order = whatever_arrives_first(both, first)
    assert [discount for *_, discount in figures(order)] == [0, 300, 50]
    assert order["total_amount"] == 1950
    undone = whatever_arrives_first(both, first, rolled_back(5, "rr_1", "r_2"))
    assert [discount for *_, discount in figures(undone)] == [0, 100, 0]


def test_a_line_is_found_by_its_names_wherever_an_element_lists_it() -> None:
    """The element's order has the lines in another sequence, and one that is gone since."""

    def of(*items: Json) -> Json:
        amount = sum(item["amount"] for item in items)
        off = sum(item.get("discount_amount", 0) for item in items)
        sums = {"amount": amount, "items_discount_amount": off, "total_amount": amount - off}
        return {"id": "ord_1", "items": list(items), **sums}

    gone = {"product_id": "gone", "price": 10}
    own = {"discount_amount": 30, "applied_discount_amount": 30}
    both = {"discount_amount": 80, "applied_discount_amount": 80}
    first = again("r_1", of(line(gone, **own), line(CUP, **own), line(MUG)))

    order = whatever_arrives_first(
        request("r_1", "r_2", order=of(line(MUG), line(CUP, **both))), first
    )

    assert figures(order) == [("mug", 1, 0, 0), ("cup", 1, 0, 80)]
    assert order["total_amount"] == 1220


def test_free_units_are_not_counted_twice() -> None:
    def cups(quantity: int, **applied: int) -> Json:
        free = quantity - 1
        counts = {"initial_quantity": 1, "discount_quantity": free, "discount_amount": 300 * free}
        return {
            "id": "ord_1",
            "items": [line(CUP, quantity, **counts, **applied)],
            "amount": 300 * quantity,
            "items_discount_amount": 300 * free,
            "total_amount": 300,
        }

    def own(units: int) -> dict[str, int]:
        return {
            "applied_quantity": units,
            "applied_quantity_amount": 300 * units,
            "applied_discount_quantity": units,
            "applied_discount_amount": 300 * units,
        }

    both = request("r_1", "r_2", order=cups(4, **own(3)))
    first = again("r_1", cups(2, **own(1)))

    order = whatever_arrives_first(both, first)
    assert figures(order) == [("cup", 4, 3, 900)]
    without = whatever_arrives_first(both, first, rolled_back(5, "rr_1", "r_2"))
    assert figures(without) == [("cup", 2, 1, 300)]
    last = rolled_back(6, "rr_2", "r_1")
    cart = whatever_arrives_first(both, first, rolled_back(5, "rr_1", "r_2"), last)
    assert money(cart) == {"amount": 300, "total_amount": 300}


def test_a_removed_unit_is_not_removed_twice() -> None:
    def cups(quantity: int, removed: int) -> Json:
        counts = {"initial_quantity": 4, "applied_quantity": -removed}
        amount = 300 * quantity
        return {
            "id": "ord_1",
            "items": [line(CUP, quantity, **counts)],
            "amount": amount,
            "total_amount": amount,
        }

    both = request("r_1", "r_2", order=cups(1, 3))
    first = again("r_1", cups(3, 1))

    assert figures(whatever_arrives_first(both, first)) == [("cup", 1, 0, 0)]
    undone = whatever_arrives_first(both, first, rolled_back(5, "rr_1", "r_2"))
    assert figures(undone) == [("cup", 3, 0, 0)]


def test_a_request_and_its_elements_are_folded_together() -> None:
    """So a checkpoint never lies between them, whichever of them comes later."""
    teller = next(fact for fact in accepted(TOGETHER).facts if fact.id == "r_2")  # type: ignore[union-attr]
    (element,) = accepted(FIRST).facts

    for one, other in permutations((teller, element)):
        assert set(names_of(one)) & set(sought_by(other))
    facts: dict[str, Fact] = {"redemption r_1": element, "redemption r_2": teller}
    assert divide(facts, 1) == (facts, {})


def test_the_elements_of_a_stack_are_told_by_their_parent() -> None:
    parts = [{"id": "r_1", "date": at(1)}, {"id": "r_2", "date": at(1)}]
    stack = {"redemptions": parts, "parent_redemption": {"id": "r_p"}, "order": whole(300, 300)}
    child = redeemed(4, "r_1", own={"redemption": "r_p"}, order=whole(100, 100))

    order = order_of(event_at(3, "redemption.succeeded", stack), child)

    assert order["total_amount"] == 700
