"""Violations of what must hold for every served order and its projection state are detected."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from order_projector.domain.cart import Line
from order_projector.domain.details import EventDetails
from order_projector.domain.facts import (
    EventStamp,
    Fact,
    Snapshot,
)
from order_projector.domain.invariants import order_violations, state_violations
from order_projector.domain.names import OrderNames
from order_projector.domain.served import project_order
from order_projector.projection.ports import ProjectionState
from order_projector.projection.session import Violated, decide
from tests.support.calls import calls_of
from tests.support.events import Json, accepted, order_event, redeemed
from tests.support.stored import told
from tests.unit.toy import ToyProjection, fold, inbound, paid
from tests.unit.world import World

LARGEST = 2**53 - 1

ITEM: Json = {
    "object": "order_item",
    "quantity": 3,
    "discount_quantity": 1,
    "amount": 3000,
    "discount_amount": 700,
    "price": 1000,
    "subtotal_amount": 2300,
}
ORDER: Json = {
    "id": "ord_1",
    "status": "PAID",
    "amount": 3500,
    "discount_amount": 100,
    "items_discount_amount": 700,
    "total_discount_amount": 800,
    "total_amount": 2700,
    "items": [ITEM, {"object": "order_item", "quantity": 1, "amount": 500, "subtotal_amount": 500}],
    "payments": {"ada@example.com": {"status": "SUCCEEDED", "amount": 2700, "refunded_amount": 0}},
}


def with_item(**changed: Any) -> Json:
    return {**ORDER, "items": [{**ITEM, **changed}, ORDER["items"][1]]}


def with_payment(**changed: Any) -> Json:
    return {**ORDER, "payments": {"ada@example.com": {"status": "FAILED", **changed}}}


def test_an_order_that_adds_up_violates_nothing() -> None:
    assert order_violations(ORDER, ()) == ()
    assert order_violations({"id": "ord_1", "status": "CREATED"}, ()) == ()


@pytest.mark.parametrize(
    ("order", "violation"),
    [
        (
            {**ORDER, "total_amount": 2701},
            "total_amount 2701 is not amount 3500 - total_discount_amount 800",
        ),
        (
            {**ORDER, "discount_amount": 99},
            "total_discount_amount 800 is not discount_amount 99 + items_discount_amount 700",
        ),
        (
            {
                **ORDER,
                "items_discount_amount": 600,
                "total_discount_amount": 700,
                "total_amount": 2800,
            },
            "items_discount_amount 600 is not the lines' discounts 700 within amount 3500",
        ),
        (
            {name: value for name, value in ORDER.items() if name != "total_amount"},
            "amount and total_amount are not known together",
        ),
        (
            {**ORDER, "initial_amount": 3500},
            "initial_amount is not there exactly where a line has one",
        ),
        (
            with_item(initial_amount=2000),
            "initial_amount is not there exactly where a line has one",
        ),
        (
            with_item(subtotal_amount=2299),
            "items[0].subtotal_amount 2299 is not amount 3000 - discount_amount 700",
        ),
        (with_item(discount_quantity=4), "items[0].discount_quantity is more than quantity"),
        (with_item(quantity=-1), f"items[0].quantity -1 is not between 0 and {2**31 - 1}"),
        (with_item(quantity=2**31), f"items[0].quantity {2**31} is not between 0 and {2**31 - 1}"),
        (with_item(price=-1), f"items[0].price -1 is not between 0 and {LARGEST}"),
        (with_item(price=9.5), "items[0].price is no integer"),
        (with_item(price=True), "items[0].price is no integer"),
        (with_item(price="ada@example.com"), "items[0].price is no integer"),
        (with_payment(amount=-1), f"payments[0].amount -1 is not between 0 and {LARGEST}"),
        (
            with_payment(refunded_amount=2**53),
            f"payments[0].refunded_amount {2**53} is not between 0 and {LARGEST}",
        ),
    ],
)
def test_an_order_that_does_not_add_up_is_told_by_field_and_number(
    order: Json, violation: str
) -> None:
    found = order_violations(order, ())

    assert violation in found
    assert "ada" not in "".join(found)


def test_a_line_is_never_discounted_below_nothing() -> None:
    item = {"quantity": 1, "amount": 500, "discount_amount": 600, "subtotal_amount": 0}
    order = {"amount": 500, "total_amount": 0, "items": [item]}
    order |= {"items_discount_amount": 500, "total_discount_amount": 500}

    assert order_violations(order, ()) == (
        "items[0].discount_amount 600 is more than amount 500",
        "items[0].subtotal_amount 0 is not amount 500 - discount_amount 600",
    )


def given(amount: int | None, discrepancy: int = 0, *lines: Line) -> Fact:
    """Return a snapshot that states an amount in addition to its items."""
    return Snapshot(
        EventStamp(0, "e1"),
        0,
        EventDetails(amount=amount, discrepancy=discrepancy, items=lines or None),
    )


@pytest.mark.parametrize(
    "fact",
    [given(4000), given(4000, 500, Line(3, 3500)), given(4000, 0, Line(1)), given(None, 500)],
    ids=["no items", "another sum", "an item without an amount", "a discrepancy"],
)
def test_only_a_given_amount_may_differ_from_the_sum_of_the_items(fact: Fact) -> None:
    order = {**ORDER, "amount": 4000, "total_amount": 3200}
    its_own = given(3500, 0, Line(3, 3500))

    assert order_violations(order, [its_own]) == ("amount 4000 is not the sum of its items, 3500",)
    assert order_violations(order, [its_own, fact]) == ()


def test_an_amount_below_its_items_still_adds_up() -> None:
    order: Json = {
        "id": "ord_1",
        "items": [{"product_id": "mug", "quantity": 1, "price": 9000}],
    }
    order["items"][0]["applied_discount_amount"] = 6700
    order |= {"amount": 6000, "total_amount": 0, "items_applied_discount_amount": 6700}
    facts = {"redemption r_1": accepted(redeemed(1, "r_1", order=order)).facts[0]}

    served = project_order("ord_1", facts).order

    assert order_violations(served, facts.values()) == ()
    assert (served["amount"], served["items_discount_amount"], served["total_amount"]) == (
        6000,
        6000,
        0,
    )
    assert served["items"][0]["discount_amount"] == 6700


BEFORE = ProjectionState(
    counter=4,
    revision=2,
    facts={"event e1": told("{}"), "event e2": told("{}"), "event e3": told("{}")},
    digests={"id": "0", "amount": "1"},
    changes=("amount",),
    causes=("e2",),
    pending=("e3",),
    offsets={("t", 0): 7},
    retired=("e0",),
)
KNOWN = {"e1", "e2", "e3"}
TURNED = replace(
    BEFORE,
    counter=5,
    revision=3,
    facts={**BEFORE.facts, "event e4": told("{}")},
    digests={"id": "0", "amount": "2"},
    causes=("e3", "e4"),
    pending=(),
    offsets={("t", 0): 8, ("u", 1): 0},
)
KEPT = replace(BEFORE, counter=5, pending=("e3", "e4"))


@pytest.mark.parametrize(
    "after",
    [TURNED, KEPT, replace(TURNED, causes=())],
    ids=["turned", "the books alone", "a revision that no new event has made"],
)
def test_books_that_are_one_step_further_violate_nothing(after: ProjectionState) -> None:
    assert state_violations(BEFORE, after, KNOWN) == ()


@pytest.mark.parametrize(
    ("after", "violation"),
    [
        (replace(TURNED, counter=6), "the counter does not grow by one"),
        (
            replace(TURNED, revision=4),
            "the revision does not grow by one exactly with a change of the served order",
        ),
        (
            replace(TURNED, revision=2),
            "the revision does not grow by one exactly with a change of the served order",
        ),
        (
            replace(KEPT, revision=3),
            "the revision does not grow by one exactly with a change of the served order",
        ),
        (replace(TURNED, causes=("e4", "e4")), "an event is named twice among the causes"),
        (replace(TURNED, causes=("e1", "e4")), "an event is a cause that has been one before"),
        (replace(TURNED, causes=("e0",)), "an event is a cause that has been one before"),
        (replace(KEPT, pending=("e2",)), "an event is a cause that has been one before"),
        (replace(TURNED, facts={"event e4": told("{}")}), "a fact is lost"),
        (replace(TURNED, offsets={("t", 0): 6}), "an offset goes back"),
        (replace(TURNED, offsets={}), "an offset goes back"),
    ],
)
def test_books_that_are_not_one_step_further_are_told(
    after: ProjectionState, violation: str
) -> None:
    assert state_violations(BEFORE, after, KNOWN) == (violation,)


def wrong_at_seven(order_id: str, facts: Mapping[str, Fact], names: OrderNames) -> ToyProjection:
    """Fold like the toy fold, but serve an amount of -7 if a payment is of 7."""
    projection = fold(order_id, facts, names)
    if any(getattr(fact, "amount", None) == 7 for fact in facts.values()):
        return ToyProjection({**projection.order, "amount": -7}, projection.events)
    return projection


def test_a_state_that_breaks_an_invariant_is_not_written() -> None:
    decision = decide("o", None, [inbound(1, paid("e1", 7))], wrong_at_seven)

    assert isinstance(decision, Violated)
    assert decision.violations[0] == f"amount -7 is not between 0 and {LARGEST}"


async def test_the_event_that_breaks_an_invariant_is_a_dead_letter_and_the_others_go_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    records = [world.event(n, paid(f"e{n}", n)) for n in range(1, 11)]
    records.append(world.event(11, paid("e11", 3), order_id="p"))

    await world.projector(wrong_at_seven).process(records)

    assert world.dead_lettered == [(7, "invariant_violation")]
    [letter] = world.dead_letters.published
    assert letter.message == f"order 'o': amount -7 is not between 0 and {LARGEST}"
    assert letter.message in caplog.text
    assert world.metrics.recorded.count("violated") == 1
    assert {order.order_id: order.order["paid"] for order in world.store.all()} == {
        "o": 55 - 7,
        "p": 3,
    }


def cost(lines: int) -> int:
    """Return how many function calls it takes to check an order with this number of lines."""
    items = [{"product_id": f"mug {n}", "quantity": 1, "price": 10} for n in range(lines)]
    facts = accepted(order_event(1, items=items)).facts
    order = project_order("ord_1", {"event evt_001": facts[0]}).order
    return calls_of(lambda: order_violations(order, facts))


def test_the_check_of_twice_as_many_lines_costs_twice_as_much() -> None:
    assert cost(400) < 2.1 * cost(200)
