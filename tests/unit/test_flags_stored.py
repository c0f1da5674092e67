"""Flags after the fold: stored, counted, announced, printed (section 13)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import bson
import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from order_projector.adapters import offline
from order_projector.cli import app
from order_projector.domain import served
from order_projector.domain.facts import Fact
from order_projector.domain.flags import Flag, FlagCode
from order_projector.domain.names import OrderNames
from order_projector.projection.document import announceable, compose, read_state
from order_projector.projection.ports import ProjectionState, StoredOrder
from order_projector.projection.session import Redelivered, decide
from order_projector.projection.stored import StoredFlag
from order_projector.projection.worker_state import WorkerState
from order_projector.telemetry.metrics import Metrics
from tests.support.events import order_event, to_json
from tests.support.events import paid as paid_event
from tests.unit.toy import changed, failed, flagging_fold, fold, inbound, paid
from tests.unit.world import World

PROJECT_ORDER = served.project_order
OFFLINE = offline.Offline

E2 = StoredFlag("other_currency", "e2", "e2", "payment e2 failed")
E3 = StoredFlag("other_currency", "e3", "e3", "payment e3 failed")


def state_after(*rounds: list[Any]) -> ProjectionState | None:
    """Return the state of order ``o``, stored and read again after each round."""
    state: ProjectionState | None = None
    for events in rounds:
        write = changed(decide("o", state, events, flagging_fold)).write
        read = read_state(bson.decode(bson.encode(compose(write))))
        assert isinstance(read, ProjectionState)
        state = read
    return state


def test_flags_are_stored_in_the_sequence_of_the_fold_under_the_names_of_the_contract() -> None:
    events = [inbound(1, failed("e3", time=3)), inbound(2, failed("e2", time=2))]

    document = compose(changed(decide("o", None, events, flagging_fold)).write)

    assert document["_projection"]["flags"] == [
        {
            "code": "other_currency",
            "event": "e2",
            "about": "e2",
            "message": "payment e2 failed",
        },
        {
            "code": "other_currency",
            "event": "e3",
            "about": "e3",
            "message": "payment e3 failed",
        },
    ]


def test_a_change_of_flags_alone_is_stored_without_a_revision_and_not_announced() -> None:
    state = state_after([inbound(1, paid("e1", 5))])

    decision = changed(decide("o", state, [inbound(2, failed("e2", time=2))], flagging_fold))

    assert not decision.announces
    after = decision.write.state
    assert (after.counter, after.revision, after.flags) == (2, 1, (E2,))


def test_flags_that_another_fold_raises_on_a_redelivery_are_stored_and_the_order_announced() -> (
    None
):
    events = [inbound(1, failed("e2", time=2))]
    state = changed(decide("o", None, events, fold)).write.state

    decision = changed(decide("o", state, events, flagging_fold))

    assert decision.announces
    after = decision.write.state
    assert (after.counter, after.revision, after.flags) == (2, 1, (E2,))
    assert after.revision_flags == ()


def test_a_redelivery_whose_flags_are_stored_writes_nothing() -> None:
    events = [inbound(1, failed("e2", time=2))]

    assert isinstance(decide("o", state_after(events), events, flagging_fold), Redelivered)


async def test_a_revision_is_announced_with_the_flags_of_the_moment_it_was_stored(
    world: World,
) -> None:
    projector = world.projector(flagging_fold)
    first = world.event(1, paid("e1", 5))

    await projector.process([first, world.event(2, failed("e2", time=2))])
    await projector.process([world.event(3, failed("e3", time=3))])
    await projector.process([first])

    assert world.announced == [("o", 1), ("o", 1)]
    announced = world.announcements.announced
    assert [it.flags for it in announced if isinstance(it, StoredOrder)] == [(E2,), (E2,)]
    state = await world.state()
    assert (state.flags, state.revision_flags) == ((E2, E3), (E2,))


def test_the_flags_of_the_revision_are_stored_apart_only_where_they_differ() -> None:
    same = state_after([inbound(1, failed("e2", time=2))])
    other = state_after([inbound(1, failed("e2", time=2))], [inbound(2, failed("e3", time=3))])
    assert same is not None
    assert other is not None

    def stored(state: ProjectionState) -> dict[str, Any]:
        write = changed(decide("o", None, [inbound(1, paid("e", 1))], fold)).write
        return compose(replace(write, state=state))

    assert stored(same)["_projection"]["revision_flags"] is None
    assert stored(other)["_projection"]["revision_flags"] == [E2.as_json()]
    announced = announceable("o", stored(other))
    assert isinstance(announced, StoredOrder)
    assert announced.flags == (E2,)


async def test_a_flag_is_counted_by_its_code_when_it_is_first_stored(world: World) -> None:
    projector = world.projector(flagging_fold)

    await projector.process([world.event(1, failed("e2", time=2))])
    await projector.process([world.event(2, paid("e4", 5)), world.event(3, failed("e2", time=2))])
    await projector.process([world.event(4, failed("e3", time=3))])

    assert [said for said in world.metrics.recorded if said.startswith("flag")] == [
        "flag other_currency",
        "flag other_currency",
    ]


async def test_a_flag_that_is_not_stored_is_not_counted(world: World) -> None:
    async def lost() -> None:
        await world.store.write([changed(decide("o", None, [theirs], fold)).write])

    theirs = inbound(7, paid("e1", 5))
    world.before["write", 1] = lost

    await world.projector(flagging_fold).process([world.event(1, failed("e2", time=2))])

    assert [said for said in world.metrics.recorded if "flag" in said] == ["flag other_currency"]


def test_every_code_is_counted_from_the_start() -> None:
    registry = CollectorRegistry()
    Metrics(registry, WorkerState())
    (flags,) = (it for it in registry.collect() if it.name == "order_projector_flags")

    codes = {sample.labels["code"] for sample in flags.samples}
    assert codes == {code.value for code in FlagCode}


def flagged_fold(
    order_id: str, facts: Mapping[str, Fact], names: OrderNames
) -> served.ProjectedOrder:
    """Fold as usual, and raise a flag on each order."""
    projection = PROJECT_ORDER(order_id, facts, names)
    flag = Flag(FlagCode.CARRIED_DISCOUNT, "evt_000", order_id, "two\nlines")
    return replace(projection, flags=(flag,))


@pytest.fixture
def flagged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Write a file with the events of two orders, each of which gets a flag."""
    monkeypatch.setattr(served, "project_order", flagged_fold)
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(map(to_json, EVENTS)))
    return file


EVENTS = [
    order_event(0, "created"),
    paid_event(1, 5),
    paid_event(1, 5),
    order_event(2, "invoiced"),
    {"id": "evt_3", "type": "redemption.failed", "created_at": "2026-03-01T10:00:00Z", "data": {}},
    {"id": "evt_4", "type": "order.paid"},
]


def test_project_prints_each_flag_and_last_what_became_of_the_input(
    flagged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline, "Offline", lambda: OFFLINE(fold=flagged_fold))

    done = CliRunner().invoke(app, ["project", str(flagged)])

    skipped = "1 duplicate, 1 foreign, 1 redemption.failed"
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f"{flagged}:6: invalid_envelope: created_at: missing",
        "ord_1: flag: carried_discount: two lines",
        f"total: 6 events, 2 applied, 3 skipped ({skipped}), 1 dead letter, 1 flag",
    ]
