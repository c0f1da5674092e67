"""Folding on from a checkpoint equals folding all facts, wherever the timeline is cut."""

from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain.facts import Fact, identity
from order_projector.domain.prefix import (
    NotDivisible,
    Prefix,
    begin,
    divide,
    extend,
    finish,
    forget_events,
)
from order_projector.domain.served import ProjectedOrder, project_order
from order_projector.projection.long_orders.state_form import read_state, write_state
from tests.property.test_set_not_sequence import facts_of
from tests.support.drawn import examples
from tests.support.events import Json, redeemed, rolled_back
from tests.support.histories import HISTORIES


def as_stored(prefix: Prefix) -> Prefix:
    """Store the prefix and read it back; check that storing it again gives the same text."""
    text = write_state(prefix)
    assert text is not None
    read = read_state(text, prefix.place)
    assert write_state(read) == text
    return read


def told(projected: ProjectedOrder) -> bytes:
    """Serialize what a fold reports, key order included; of the events, only those of flags."""
    flags = [(flag.code, flag.event, flag.about, flag.message) for flag in projected.flags]
    return orjson.dumps([projected.order, flags])


@settings(max_examples=examples(300), deadline=None)
@given(history=HISTORIES, random=st.randoms(use_true_random=False))
def test_an_order_that_is_folded_on_from_a_checkpoint_is_the_fold_of_all_its_facts(
    history: list[Json], random: Random
) -> None:
    facts = facts_of([history])
    try:
        earlier, later = divide(facts, random.randint(0, len(facts)))
        projected, listed = folded_in_parts(earlier, later, random)
    except NotDivisible:
        return
    whole = project_order("ord_1", facts)
    assert told(projected) == told(whole)
    assert projected.events == tuple(event for event in whole.events if event in set(listed))
    assert {fact.event.id for fact in later.values()} <= set(listed)


def folded_in_parts(
    earlier: dict[str, Fact], later: dict[str, Fact], random: Random
) -> tuple[ProjectedOrder, tuple[str, ...]]:
    """Fold the later facts on a prefix that was itself folded in two parts."""
    prefix = begin()
    first, second = divide(earlier, random.randint(0, len(earlier)))
    for part in (first, second):
        extend(prefix, part)
        prefix = as_stored(prefix)
    needed = {fact.event.id for fact in later.values()}
    forget_events(prefix, needed)
    projected = finish("ord_1", as_stored(prefix), later)
    return projected, projected.events


def test_an_order_that_lists_a_stack_of_which_nothing_else_is_known_is_folded_as_a_whole() -> None:
    """The rollback of that stack is not one of an unknown redemption, however it is folded."""
    order: Json = {"id": "ord_1", "redemptions": {"c": {"stacked": ["b"]}}}
    told_of = redeemed(1, "a", order=order)
    facts = facts_of([[told_of, rolled_back(2, "rr_c", "c")]])
    earlier, later = divide(facts, 1)

    assert project_order("ord_1", facts).flags == ()
    assert list(later) == [identity(fact) for fact in facts.values() if fact.kind == "rollback"]
    with pytest.raises(NotDivisible):
        extend(begin(), earlier)
