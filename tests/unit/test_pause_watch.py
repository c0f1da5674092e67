"""What an operator has paused is not consumed, even by a worker that has just started."""

from collections.abc import Collection
from datetime import UTC, datetime

import pytest

from order_projector.projection.pauses import Pause
from order_projector.projection.ports import Unavailable
from order_projector.projection.worker_state import WorkerState
from order_projector.worker.pausing import PauseWatch

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
INBOUND = ("redemptions", "payments")


class Control:
    """Pauses in memory."""

    def __init__(self, *topics: str | None) -> None:
        self.topics = topics
        self.is_away = False

    async def pauses(self) -> Collection[Pause]:
        if self.is_away:
            raise Unavailable("away")
        return [Pause(topic, AT, "ann@host") for topic in self.topics]

    async def pause(self, pause: Pause) -> bool:
        raise NotImplementedError

    async def resume(self, topic: str | None) -> bool:
        raise NotImplementedError


async def test_nothing_is_consumed_before_the_pauses_are_known() -> None:
    state, control = WorkerState(), Control()
    control.is_away = True
    assert not state.is_paused("payments")

    watch = PauseWatch(control, state, INBOUND)
    assert state.is_paused("payments")
    with pytest.raises(Unavailable):
        await watch.look()
    assert state.is_paused("payments")
    control.is_away = False
    await watch.look()
    assert not state.is_paused("payments")


@pytest.mark.parametrize(
    ("topics", "paused"),
    [
        ((), set()),
        (("payments",), {"payments"}),
        ((None,), {"redemptions", "payments"}),
        ((None, "payments"), {"redemptions", "payments"}),
        (("elsewhere",), set()),
    ],
)
async def test_a_topic_or_all_are_paused_and_a_warning_says_so(
    topics: tuple[str | None, ...], paused: set[str]
) -> None:
    state = WorkerState()

    await PauseWatch(Control(*topics), state, INBOUND).look()

    assert {topic for topic in INBOUND if state.is_paused(topic)} == paused
    assert ("paused" in state.warnings) == bool(paused)


async def test_the_warning_says_since_when_as_orders_show_times_and_by_whom() -> None:
    state = WorkerState()

    await PauseWatch(Control(None), state, INBOUND).look()

    assert state.warnings["paused"] == "all topics since 2026-03-01T12:00:00.000Z by ann@host"


async def test_a_database_that_is_away_changes_nothing() -> None:
    state, control = WorkerState(), Control("payments")
    watch = PauseWatch(control, state, INBOUND)
    await watch.look()
    control.is_away = True

    with pytest.raises(Unavailable):
        await watch.look()

    assert state.is_paused("payments")
