"""An erased order: what is left of it, what is announced, and what becomes of its events."""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, NoReturn

import pytest
from typer.testing import CliRunner

from order_projector.cli import app
from order_projector.domain.facts import Fact
from order_projector.domain.names import NO_NAMES, OrderNames
from order_projector.projection.document import compose
from order_projector.projection.ports import ProjectionState, StoredOrder
from order_projector.projection.session import (
    Changed,
    InboundEvent,
    Redelivered,
    Seen,
    Unchanged,
    decide,
)
from order_projector.projection.stored import ErasedOrder
from order_projector.testing import Latest, Update, order_created, project
from tests.unit.toy import (
    after,
    changed,
    erasure,
    failed,
    flagging_fold,
    inbound,
    noted,
    paid,
)
from tests.unit.world import World, by_another_worker

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ROUNDS = (
    [inbound(1, paid("e1", 5, payment="p")), inbound(2, failed("e2"), partition=1)],
    [inbound(3, paid("e3", 6, time=3, payment="p")), inbound(4, failed("e4"))],
)
GONE = inbound(9, erasure("e9", time=9), traceparent=TRACE)


def no_fold(order_id: str, facts: Mapping[str, Fact], names: OrderNames) -> NoReturn:
    """Fail, because nothing of an erased order is folded."""
    raise AssertionError(order_id, facts, names)


def erased(*events: InboundEvent) -> Changed:
    """Return the change of an order with a past by these events, one of them the erasure."""
    return changed(decide("o", after(*ROUNDS), events, no_fold))


def state_of_erased() -> ProjectionState:
    """Return the state of the erased order."""
    return erased(GONE).write.state


def test_of_an_erased_order_only_the_erasure_remains() -> None:
    state = after(*ROUNDS)
    assert state is not None
    decision = changed(decide("o", state, [GONE], no_fold))

    document: dict[str, Any] = compose(decision.write)
    assert list(document) == ["_id", "_projection"]
    assert document["_projection"].pop("seal")
    assert document["_projection"] == {
        "layout": 1,
        "rules": 1,
        "written_at": 0,
        "counter": state.counter + 1,
        "revision": state.revision + 1,
        "erased": True,
        "facts": [
            {
                "id": "erasure",
                "text": '{"event":{"created_at":9,"id":"e9"},"at":9,"kind":"erasure"}',
                "rules": 1,
                "known_at": 0,
            }
        ],
        "texts": [],
        "apart": [],
        "checkpoint": None,
        "claims": [],
        "imports": [],
        "name": None,
        "digests": {},
        "changes": [],
        "causes": [],
        "pending": [],
        "retired": [],
        "offsets": [["t", 0, 9], ["t", 1, 2]],
        "traceparent": TRACE,
        "flags": [],
        "revision_flags": None,
    }


def test_an_erasure_is_announced_and_the_other_events_of_its_round_are_not_kept() -> None:
    decision = erased(inbound(8, paid("e8", 7)), GONE, inbound(10, noted("e10", {"a": 1})))

    assert decision.announces
    assert decision.seen == (Seen.ERASED, Seen.APPLIED, Seen.ERASED)
    assert decision.write.order == {}
    assert list(decision.write.state.facts) == ["erasure"]


def test_an_erasure_of_an_order_that_nobody_knows_is_its_first_revision() -> None:
    decision = changed(decide("o", None, [GONE], no_fold))

    assert decision.announces
    assert (decision.write.expected, decision.write.state.revision) == (None, 1)


def test_an_order_whose_facts_cannot_be_read_can_be_erased() -> None:
    state = after(*ROUNDS)
    assert state is not None
    unreadable = {name: replace(fact, text="?") for name, fact in state.facts.items()}

    decision = decide("o", replace(state, facts=unreadable), [GONE], no_fold)

    assert list(changed(decision).write.state.facts) == ["erasure"]


@pytest.mark.parametrize(
    "late", [paid("e10", 7, time=10), paid("e0", 7, time=-1), erasure("e11", time=11)]
)
def test_every_later_event_of_an_erased_order_is_skipped(late: Fact) -> None:
    decision = decide("o", state_of_erased(), [inbound(10, late)], no_fold)

    assert decision == Unchanged((Seen.ERASED,))


@pytest.mark.parametrize("again", [GONE, ROUNDS[0][0], ROUNDS[1][1]])
def test_a_redelivery_announces_an_erased_order_again(again: InboundEvent) -> None:
    events = [again, inbound(12, paid("e12", 1))]

    decision = decide("o", state_of_erased(), events, no_fold)

    assert decision == Redelivered((Seen.REDELIVERED, Seen.ERASED))


async def test_an_erased_order_is_announced_as_such_and_again_with_every_redelivery(
    world: World,
) -> None:
    projector = world.projector()
    first, gone = world.event(1, paid("e1", 5)), world.event(2, erasure("e2"))

    await projector.process([first])
    await projector.process([gone])
    await projector.process([first])
    await projector.process([world.event(3, paid("e3", 6))])

    stored, *erasures = world.announcements.announced
    assert isinstance(stored, StoredOrder)
    assert erasures == [ErasedOrder("o", 2), ErasedOrder("o", 2)]
    assert world.store.all() == []
    assert world.store.flags() == {}
    assert world.metrics.events["erased", "skipped"] == 1
    assert world.metrics.events["payment.succeeded", "redelivered"] == 1


async def test_the_second_look_tells_that_an_order_was_erased_meanwhile(world: World) -> None:
    world.after["announce", 1] = by_another_worker(world, world.event(2, erasure("e2")))

    await world.projector().process([world.event(1, paid("e1", 5))])

    assert world.announced == [("o", 1), ("o", 2), ("o", 2)]
    assert world.announcements.announced[-1] == ErasedOrder("o", 2)


async def test_whoever_writes_on_what_was_erased_meanwhile_skips_its_event(world: World) -> None:
    await world.projector().process([world.event(1, paid("e1", 5))])
    world.before["write", 2] = by_another_worker(world, world.event(2, erasure("e2")))

    await world.projector().process([world.event(3, paid("e3", 6))])

    assert world.announced == [("o", 1), ("o", 2)]
    assert world.metrics.events["erased", "skipped"] == 1
    assert (await world.state()).erased


def test_an_erased_order_has_no_flags() -> None:
    state = changed(decide("o", None, [inbound(1, failed("e1"))], flagging_fold)).write.state
    assert state.flags

    after_it = changed(decide("o", state, [GONE], flagging_fold)).write.state

    assert (after_it.flags, after_it.revision_flags) == ((), ())


def test_explain_says_that_an_order_was_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    command = import_module("order_projector.cli.explain")
    known = command._Known("ord_1", {"erasure": erasure("e9")}, NO_NAMES, {})
    monkeypatch.setattr(command, "_from_events", lambda *_: known)

    done = CliRunner().invoke(app, ["explain", "ord_1", "--from", "x"])

    assert (done.exit_code, done.stderr) == (
        1,
        "order-projector: order 'ord_1' was erased\n",
    )


def test_a_record_without_a_value_is_read_as_the_update_of_an_erased_order() -> None:
    update = Update("ord:1", 3, order={}, erased=True)

    assert (update.value, update.id) == (None, "ord:1:3")
    assert Update.read(update.value, update.headers) == update
    latest, created = Latest(), project([order_created("ord:1")]).updates[0]
    assert latest.take(update)
    assert not latest.take(created)
