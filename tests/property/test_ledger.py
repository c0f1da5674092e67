"""Every unit and cent of an order is a sum of ledger lines, and the formulas hold at each step."""

import pytest
from hypothesis import given, settings

from order_projector.domain.explanation import explain
from order_projector.domain.facts import Fact
from order_projector.domain.fold import fold
from order_projector.domain.invariants import order_violations
from order_projector.domain.order import OrderState
from order_projector.domain.served import project_order, serve
from order_projector.domain.status import Status
from order_projector.domain.status_reasons import Why
from order_projector.domain.steps import take_step
from order_projector.domain.timeline import timeline
from tests.property.test_set_not_sequence import facts_of
from tests.support.calls import calls_of
from tests.support.drawn import examples
from tests.support.events import Json, order_event, paid, redeemed, rolled_back
from tests.support.histories import HISTORIES


@settings(max_examples=examples(200), deadline=None)
@given(history=HISTORIES)
def test_the_sum_of_the_ledger_is_the_order(history: list[Json]) -> None:
    facts = facts_of([history])
    explanation = explain("ord_1", facts)
    assert explanation.holds, explanation.checks
    assert explanation.order == project_order("ord_1", facts).order


@settings(max_examples=examples(200), deadline=None)
@given(history=HISTORIES)
def test_a_status_that_changes_has_a_reason_that_leads_to_it(history: list[Json]) -> None:
    """The reason is SETTLED only if the status is PAID and the money kept covers the total."""
    status = None
    for entry in explain("ord_1", facts_of([history])).entries:
        reason = entry.status
        if reason is None:
            continue
        assert reason.before is status
        status = reason.after
        if reason.why is Why.SETTLED:
            assert status is Status.PAID
            assert reason.total is not None
            assert reason.kept >= reason.total
    assert status == project_order("ord_1", facts_of([history])).order["status"]


@settings(max_examples=examples(200), deadline=None)
@given(history=HISTORIES)
def test_each_ledger_line_carries_on_from_the_one_before(history: list[Json]) -> None:
    lines = [
        line for entry in explain("ord_1", facts_of([history])).entries for line in entry.ledger
    ]
    amount = discount = 0
    for line in lines:
        amount += line.cents if line.account == "amount" else 0
        discount += line.cents if line.account == "discount" else 0
        discount -= line.cents if line.account == "capped discount" else 0
        assert (line.running.amount, line.running.discount) == (amount, discount)
        assert line.cents or line.quantity


@settings(max_examples=examples(200), deadline=None)
@given(history=HISTORIES)
def test_the_formulas_hold_after_every_event(history: list[Json]) -> None:
    order, facts = OrderState(), facts_of([history])
    for step in timeline(facts.values()):
        take_step(order, step)
        assert order_violations(serve("ord_1", order), facts.values()) == ()


def calls_of_a_fold(facts: dict[str, Fact]) -> int:
    """Return the number of function calls that a fold makes."""
    return calls_of(lambda: fold(facts.values()))


def a_history_of(length: int) -> list[Json]:
    """Return redemptions priced by the worker, every second one rolled back, and payments."""
    cart = [{"product_id": f"prod_{n}", "quantity": 2, "price": 1000} for n in range(5)]
    history = [order_event(0, "created", items=cart)]
    voucher = {"id": "v", "discount": {"type": "PERCENT", "percent_off": 1}}
    for n in range(length):
        minute = 3 * n + 1
        redemption = redeemed(minute, f"r_{n}", order={"id": "ord_1"}, voucher=voucher)
        history += [redemption, paid(minute + 1, 1, name=f"pay_{n}")]
        if n % 2:
            history.append(rolled_back(minute + 2, f"rr_{n}", f"r_{n}"))
    return history


@pytest.mark.parametrize("length", [25, 50, 100])
def test_the_fold_of_twice_as_many_facts_costs_twice_as_much(length: int) -> None:
    once = calls_of_a_fold(facts_of([a_history_of(length)]))
    twice = calls_of_a_fold(facts_of([a_history_of(2 * length)]))
    assert twice < 2.2 * once
