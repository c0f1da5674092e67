"""Alive means that the worker makes progress; ready means that nothing keeps it from working."""

import asyncio
import gc
from dataclasses import dataclass, field

import orjson
import pytest

from order_projector.hosting import ping as module
from order_projector.hosting.ping import Ping
from order_projector.projection.ports import HeldBack
from order_projector.projection.worker_state import HealthReason, Phase, WorkerState
from order_projector.worker.health import Health, HealthReport


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Harness:
    """A consuming worker whose database answers."""

    clock: Clock = field(default_factory=Clock)
    loop_exists: bool = True
    pings: int = 0
    database: Exception | None = None

    def __post_init__(self) -> None:
        self.worker_state = WorkerState(self.clock)
        ping = Ping("database", self.ping, self.clock)
        self.health = Health(
            self.worker_state, (ping,), lambda: self.loop_exists, liveness_timeout=60
        )
        self.worker_state.assigned(frozenset({("t", 0)}))

    async def ping(self) -> None:
        self.pings += 1
        if self.database is not None:
            raise self.database


def shown_reasons(report: HealthReport) -> list[str]:
    """Return the reasons as a reader sees them."""
    return list(map(str, report.reasons))


@pytest.fixture
def harness() -> Harness:
    return Harness()


async def test_a_worker_that_consumes_is_alive_and_ready(harness: Harness) -> None:
    assert (await harness.health.live()).status == (await harness.health.ready()).status == 200


async def test_a_worker_in_which_nothing_goes_on_is_given_up_after_its_time(
    harness: Harness,
) -> None:
    harness.clock.now += 60
    assert (await harness.health.live()).status == 200
    harness.clock.now += 1

    report = await harness.health.live()

    assert (report.status, shown_reasons(report)) == (503, ["no progress (61 s)"])
    assert orjson.loads(report.body()) == {
        "warnings": [],
        "status": "unavailable",
        "reasons": ["no progress (61 s)"],
        "phase": "consuming",
        "seconds_since_progress": 61.0,
    }
    harness.worker_state.record_activity()
    assert (await harness.health.live()).status == 200


async def test_another_attempt_is_a_sign_of_life_and_no_progress(harness: Harness) -> None:
    harness.clock.now += 61
    harness.worker_state.record_activity()
    report = await harness.health.live()
    assert (report.status, report.idle_seconds) == (200, 61.0)

    harness.worker_state.record_progress()
    assert (await harness.health.live()).idle_seconds == 0.0


async def test_a_missing_topic_is_named_until_it_is_there(harness: Harness) -> None:
    harness.worker_state.missing = frozenset({"payments"})
    assert shown_reasons(await harness.health.ready()) == ["the topic payments is missing"]
    harness.worker_state.missing = frozenset()
    assert (await harness.health.ready()).status == 200


async def test_a_worker_whose_consume_loop_has_ended_is_not_alive(harness: Harness) -> None:
    harness.loop_exists = False
    assert shown_reasons(await harness.health.live()) == ["the consume loop has ended"]
    assert (await harness.health.ready()).status == 503


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.JOINING, Phase.STOPPING])
async def test_a_worker_that_waits_for_its_group_or_stops_is_alive_and_not_ready(
    phase: Phase,
) -> None:
    harness = Harness()
    harness.worker_state.phase = phase
    harness.clock.now += 3_600
    assert (await harness.health.live()).status == 200
    assert (await harness.health.ready()).status == 503


async def test_a_worker_that_waits_for_a_service_is_not_ready_until_it_is_back(
    harness: Harness,
) -> None:
    harness.worker_state.wait_for("broker")
    harness.clock.now += 5
    harness.worker_state.wait_for("broker", "refused")
    assert shown_reasons(await harness.health.ready()) == ["waiting for the broker: refused (5 s)"]
    harness.worker_state.resume("broker")
    assert (await harness.health.ready()).status == 200


async def test_a_batch_that_keeps_failing_makes_a_worker_unready_at_once_and_dead_in_time(
    harness: Harness,
) -> None:
    harness.worker_state.failed()
    assert (await harness.health.ready()).status == 503
    assert (await harness.health.live()).status == 200
    for _ in range(7):
        harness.clock.now += 10
        harness.worker_state.record_activity()
        harness.worker_state.failed()
    assert shown_reasons(await harness.health.live()) == ["the same batch keeps failing (70 s)"]

    harness.worker_state.succeeded()
    assert (await harness.health.ready()).status == 200


async def test_a_database_that_does_not_answer_makes_a_worker_unready(harness: Harness) -> None:
    harness.database = ConnectionError("refused\nby it")
    assert shown_reasons(await harness.health.ready()) == ["database: refused by it (0 s)"]
    assert (await harness.health.live()).status == 200


async def test_the_database_is_asked_once_a_second_however_often_somebody_looks(
    harness: Harness,
) -> None:
    await asyncio.gather(*(harness.health.ready() for _ in range(5)))
    assert harness.pings == 1
    harness.clock.now += 1
    await harness.health.ready()
    assert harness.pings == 2


async def test_a_database_that_is_silent_is_not_asked_twice_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.01)
    clock, answers, asked = Clock(), asyncio.Event(), list[int]()

    async def ask() -> None:
        asked.append(1)
        await answers.wait()

    ping = Ping("database", ask, clock)
    assert await ping.unavailable_reason() is None
    clock.now += 30
    assert str(await ping.unavailable_reason()) == "database: no answer (30 s)"
    assert len(asked) == 1

    answers.set()
    assert await ping.unavailable_reason() is None


async def test_until_a_new_answer_is_overdue_the_one_before_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.01)
    clock, silent = Clock(), asyncio.Event()

    async def refuse() -> None:
        if clock.now > 1_000:
            await silent.wait()
        raise ConnectionError("refused")

    ping = Ping("database", refuse, clock)
    assert await ping.unavailable_reason() == HealthReason("database: refused", 0.0)
    clock.now += 1
    assert await ping.unavailable_reason() == HealthReason("database: refused", 1.0)
    silent.set()


async def test_a_refusal_that_comes_after_all_probes_is_no_error_of_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.01)
    clock, silent = Clock(), asyncio.Event()
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(about))

    async def refuse() -> None:
        await silent.wait()
        raise ConnectionError("refused")

    ping = Ping("database", refuse, clock)
    assert await ping.unavailable_reason() is None
    silent.set()
    await asyncio.sleep(0)
    clock.now += 2
    assert await ping.unavailable_reason() == HealthReason("database: refused", 0.0)
    gc.collect()

    assert told == []


async def test_an_answer_that_was_cancelled_is_a_complaint_and_no_error() -> None:
    async def ask() -> None:
        raise asyncio.CancelledError

    unavailable_reason = await Ping("database", ask, Clock()).unavailable_reason()
    assert unavailable_reason is not None
    assert unavailable_reason.what == "database: check was interrupted"


async def test_an_open_breaker_of_its_partition_keeps_a_worker_alive_and_unready(
    harness: Harness,
) -> None:
    reason = "200 events in a row would be dead letters"
    harness.worker_state.held_back = {("t", 0): HeldBack("t", 0, 5, 204, ("c", "c"), reason)}

    assert (await harness.health.live()).status == 200
    assert shown_reasons(await harness.health.ready()) == [
        f"stopped by the breaker: t-0, offsets 5 to 204 are held back: {reason}"
    ]


async def test_an_open_breaker_of_another_worker_s_partition_is_none_of_its_business(
    harness: Harness,
) -> None:
    harness.worker_state.held_back = {("t", 1): HeldBack("t", 1, 5, 204, ("c", "c"), "why")}

    assert (await harness.health.ready()).status == 200


def test_a_report_is_bounded_and_masked_whatever_its_reasons_hold() -> None:
    hostile = "\x9b\u202emongodb://u:sesame@db/" + "\ud800" * 60_000
    reasons = (HealthReason(hostile),) * 500
    report = HealthReport(Phase.CONSUMING, reasons, 0.0, warnings=(hostile,) * 500)
    body = orjson.loads(report.body())
    for texts in (body["reasons"], body["warnings"]):
        assert texts[-1] == "and 450 more"
        assert all(len(each) <= 1_000 and each.isprintable() for each in texts)
    assert b"sesame" not in report.body()
