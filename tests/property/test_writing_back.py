"""What is read of an order and written back changes nothing but `updated_at`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.api.drafts import draft_of
from order_projector.domain.free_lines import free_lines
from tests.fuzz.history.histories import plan_of
from tests.fuzz.history.sender import history
from tests.support.drawn import examples
from tests.support.events import Json, order_event, projected, redeemed, rolled_back
from tests.support.money import facts_of

CENTS = st.sampled_from([0, 10, 33, 100, 500])
NAMES = st.sampled_from(
    [
        {},
        {"product_id": "a"},
        {"product_id": "b"},
        {"sku_id": "k"},
        {"product_id": "a", "sku_id": "k"},
        {"source_id": "x", "related_object": "product"},
    ]
)
COSTS = st.one_of(
    st.just({}),
    st.builds(lambda cents: {"price": cents}, CENTS),
    st.builds(lambda cents: {"amount": cents}, CENTS),
    st.builds(lambda price, amount: {"price": price, "amount": amount}, CENTS, CENTS),
    st.builds(lambda cents: {"product": {"price": cents, "name": "N"}}, CENTS),
)
ITEMS = st.builds(
    lambda names, cost, quantity: names | cost | {"quantity": quantity},
    NAMES,
    COSTS,
    st.integers(0, 3),
)
ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "items": st.lists(ITEMS, min_size=1, max_size=3),
        "amount": CENTS,
        "customer": st.sampled_from([{"id": "c"}, {"source_id": "ada"}]),
        "metadata": st.just({"a": [None, 1]}),
    },
)
UNITS = st.builds(
    lambda unit, units, effect, price: {
        "type": "UNIT",
        "unit_type": unit,
        "unit_off": units,
        "effect": effect,
        "product": {"price": price},
    },
    st.sampled_from("abkq"),
    st.integers(1, 2),
    st.sampled_from(["ADD_NEW_ITEMS", "ADD_MISSING_ITEMS"]),
    st.sampled_from([None, 30]),
)
MONEY_OFF = st.sampled_from(
    [
        {"type": "AMOUNT", "amount_off": 50},
        {"type": "AMOUNT", "amount_off": 5, "effect": "APPLY_TO_ITEMS"},
        {"type": "PERCENT", "percent_off": 33.3, "effect": "APPLY_TO_ITEMS"},
        {"type": "FIXED", "fixed_amount": 40},
    ]
)
ROLLED_BACK = [rolled_back(40 + number, f"rz_{number}", f"r_{number}") for number in (1, 2, 3)]


@st.composite
def histories(draw: st.DrawFn) -> list[Json]:
    """Draw an order, redemptions that are priced here, and rollbacks of some."""
    told = [order_event(0, "created", **draw(ORDERS))]
    for number in range(1, draw(st.integers(1, 3)) + 1):
        voucher = {"id": "v", "discount": draw(st.one_of(UNITS, UNITS, MONEY_OFF))}
        told.append(redeemed(number, f"r_{number}", order={"id": "ord_1"}, voucher=voucher))
    taken_back = draw(st.sets(st.integers(1, len(told) - 1), max_size=2))
    return told + [rolled_back(10 + nth, f"rr_{nth}", f"r_{nth}") for nth in sorted(taken_back)]


def order_of_all(events: list[Json]) -> Json:
    """Return the order without the time of its last change."""
    order = projected(*events)["ord_1"]
    return {name: value for name, value in order.items() if name != "updated_at"}


@given(histories(), st.data())
@settings(max_examples=examples(300))
def test_an_order_that_was_read_at_any_moment_and_is_written_back_stays_as_it_is(
    history: list[Json], data: st.DataObject
) -> None:
    """What redemptions did between the two stays, and so does what later rollbacks take back."""
    until = data.draw(st.integers(1, len(history)), label="read after")
    before = order_of_all(history)
    free = free_lines(facts_of(*history))
    draft = draft_of(projected(*history[:until])["ord_1"], before, free)
    # A rollback can change the status, which a write from before it rightly sets again.
    written = order_event(30, "updated", **draft | {"status": before["status"]})

    assert order_of_all([*history, written]) == before
    assert order_of_all([*history, written, *ROLLED_BACK]) == order_of_all([*history, *ROLLED_BACK])


LAST = {"id": "evt_last", "created_at": "2030-01-01T00:00:00Z"}


def calculated_histories(numbers: range) -> list[list[Json]]:
    """Return histories of a sender that calculates some orders, and lists free lines in them."""
    return [[sent.event for sent in history(plan_of(7, number))] for number in numbers]


@pytest.mark.parametrize(
    "numbers", [range(60, 90), pytest.param(range(2000), marks=pytest.mark.nightly)]
)
def test_an_order_that_its_sender_calculated_and_is_written_back_stays_as_it_is(
    numbers: range,
) -> None:
    """Number 68 lists a line that its redemption alone brings."""
    for events in calculated_histories(numbers):
        before = order_of_all(events)
        draft = draft_of(before, before, free_lines(facts_of(*events)))
        written = order_event(0, "updated", **draft) | LAST

        assert order_of_all([*events, written]) == before
