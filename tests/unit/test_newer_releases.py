"""A release that runs with a later one downgrades no order, and stops at what it cannot read."""

import copy
import json
from random import Random
from typing import Any

import pytest

from order_projector.adapters.memory import MemoryAnnouncer, MemoryDeadLetters, MemoryStore
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.projection.batch import Projector
from order_projector.projection.document import STATE_KEY, compose, read_state
from order_projector.projection.metrics import NullMetrics
from order_projector.projection.newer_releases import (
    refuse_newer_layouts,
    take_for_later_release,
    write_for_later_release,
)
from order_projector.projection.ports import (
    KEPT_ORDER,
    Coordinates,
    OrderWrite,
    ProjectionState,
    Record,
    StoredOrder,
    Unavailable,
    Unusable,
)
from order_projector.projection.refolding import refolded
from order_projector.projection.scanning import ScannedOrder
from order_projector.projection.session import Changed, InboundEvent, Redelivered, Unchanged, decide
from tests.support.events import Json, accepted, event_at, order_event, paid, to_json
from tests.support.sessions import OneOrder
from tests.support.stored import noon

UNKNOWN = {
    "id": "novelty 7",
    "text": '{"event":{"created_at":1,"id":"n"}}',
    "rules": 2,
    "known_at": 0,
}


def later_release(*events: Json, **members: Any) -> ProjectionState:
    """Return the state of an order folded by rules 2, with a fact of a kind unknown here."""
    order = OneOrder()
    order.take(events)
    document = copy.deepcopy(order.document)
    state = document[STATE_KEY]
    state["facts"].append(UNKNOWN)
    state.update({"rules": 2, **members})
    read = read_state(document)
    assert isinstance(read, ProjectionState), read
    return read


def inbound(event: Json, offset: int = 50) -> InboundEvent:
    found = accepted(event)
    at = Coordinates("payments", 0, offset)
    return InboundEvent(at, found.type, found.event, found.facts, timestamp=9)


CREATED = order_event(1, "created", amount=1000)


def test_facts_are_stored_and_the_served_order_stays_and_nothing_is_announced() -> None:
    state = later_release(CREATED)

    decision = decide("ord_1", state, [inbound(paid(2, 1000))], project_order)

    assert isinstance(decision, Changed)
    assert not decision.announces
    write = decision.write
    assert write.order is KEPT_ORDER
    assert write.expected == state.counter
    after = write.state
    assert (after.rules, after.refold, after.revision) == (2, True, state.revision)
    assert (after.digests, after.causes, after.pending) == (
        state.digests,
        state.causes,
        ("evt_002",),
    )
    assert after.facts["novelty 7"].text == UNKNOWN["text"]
    assert after.facts["payment succeeded pay_1"].rules == 1
    assert after.offsets[("payments", 0)] == 50


def test_a_later_copy_replaces_a_fact_and_an_earlier_one_does_not() -> None:
    state = later_release(CREATED, paid(3, 1000))
    earlier, later = paid(2, 5), paid(4, 7)
    for event in (earlier, later):
        event["data"]["payment"]["date"] = "2026-03-01T12:00:00.000Z"

    assert isinstance(decide("ord_1", state, [inbound(earlier)], project_order), Unchanged)
    decision = decide("ord_1", state, [inbound(later)], project_order)

    assert isinstance(decision, Changed)
    text = decision.write.state.facts["payment succeeded pay_1"].text
    assert json.loads(text)["amount"] == 7
    assert decision.write.state.retired == ("evt_003",)


def test_a_fact_that_newer_rules_have_read_is_not_made_older() -> None:
    state = later_release(CREATED)

    assert isinstance(decide("ord_1", state, [inbound(CREATED)], project_order), Unchanged)


def test_a_redelivery_announces_the_stored_order_again() -> None:
    state = later_release(CREATED, offsets=[["payments", 0, 60]])
    assert isinstance(decide("ord_1", state, [inbound(CREATED)], project_order), Redelivered)


def test_an_erasure_is_final_whatever_rules_have_folded_the_order() -> None:
    erased = event_at(9, "order.erased", {"order": {"id": "ord_1"}})
    decision = decide("ord_1", later_release(CREATED), [inbound(erased)], project_order)

    assert isinstance(decision, Changed)
    assert decision.write.state.erased
    assert list(decision.write.state.facts) == ["erasure"]


def test_the_later_release_completes_the_order_with_the_events_as_causes() -> None:
    """This release stands in for the later one, which regards rules 1 as its own."""
    order = OneOrder()
    order.take([CREATED])
    state = read_state(order.document)
    assert isinstance(state, ProjectionState)
    write = write_for_later_release(
        "ord_1", state, take_for_later_release(state.facts, [inbound(paid(2, 1000))]),
        [inbound(paid(2, 1000))],
    )  # fmt: skip
    served = {name: it for name, it in order.document.items() if name not in {"_id", STATE_KEY}}

    completed = refolded(ScannedOrder("ord_1", served, write.state), project_order)

    assert completed is not None
    assert (completed.order["status"], completed.state.refold) == ("PAID", False)
    assert (completed.state.revision, completed.state.causes) == (2, ("evt_002",))


async def test_in_memory_a_write_of_the_state_alone_keeps_the_served_order() -> None:
    store = MemoryStore()
    state = later_release(CREATED)
    await store.write([OrderWrite("ord_1", None, {"id": "ord_1"}, state)])
    decision = decide("ord_1", state, [inbound(paid(2, 1000))], project_order)
    assert isinstance(decision, Changed)

    await store.write([decision.write])

    (stored,) = await store.stored(["ord_1"])
    assert isinstance(stored, StoredOrder)
    assert stored.order == {"id": "ord_1"}


async def test_a_batch_announces_nothing_of_an_order_of_newer_rules() -> None:
    store, announcer = MemoryStore(), MemoryAnnouncer()
    await store.write([OrderWrite("ord_1", None, {"id": "ord_1"}, later_release(CREATED))])
    letters = MemoryDeadLetters()
    projector = Projector(
        store,
        announcer,
        letters,
        decode=decode,
        fold=project_order,
        metrics=NullMetrics(),
        random=Random(1),
        clock=noon,
    )

    await projector.process([Record(Coordinates("payments", 0, 3), None, to_json(paid(2, 5)))])

    assert (announcer.announced, letters.published) == ([], [])
    state = (await store.load(["ord_1"]))["ord_1"]
    assert isinstance(state, ProjectionState)
    assert state.refold


def test_a_newer_layout_is_waited_for_and_named() -> None:
    """The event is not dead-lettered: the later release can apply it."""
    order = OneOrder()
    order.take([CREATED])
    order.document[STATE_KEY]["layout"] = 2
    state = read_state(order.document)
    assert isinstance(state, Unusable)

    with pytest.raises(Unavailable) as waiting:
        refuse_newer_layouts({"ord_1": state})

    assert waiting.value.service == "database"
    assert str(waiting.value) == (
        "order 'ord_1': its document has layout 2, this release reads 1; run the later release"
    )


def test_the_mark_is_stored_and_read_and_absent_where_it_is_not_set() -> None:
    order = OneOrder()
    order.take([CREATED])
    assert "refold" not in order.document[STATE_KEY]
    marked = later_release(CREATED, refold=True)
    assert marked.refold
    assert compose(OrderWrite("ord_1", 1, {}, marked))[STATE_KEY]["refold"] is True
