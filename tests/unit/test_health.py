"""Alive means that something goes on; ready means that nothing keeps the worker from working."""

import asyncio
from dataclasses import dataclass, field

import orjson
import pytest

from order_projector.telemetry import health as module
from order_projector.telemetry.health import Health, Ping, Report
from order_projector.telemetry.pulse import Phase, Pulse


@dataclass
class Clock:
    """Stands still until it is told to go on."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Scene:
    """A consuming worker whose database answers."""

    clock: Clock = field(default_factory=Clock)
    loop_exists: bool = True
    pings: int = 0
    database: Exception | None = None

    def __post_init__(self) -> None:
        self.pulse = Pulse(self.clock)
        ping = Ping("database", self.ping, self.clock)
        self.health = Health(self.pulse, ping, lambda: self.loop_exists, liveness_timeout=60)
        self.pulse.assigned(frozenset({("t", 0)}))

    async def ping(self) -> None:
        self.pings += 1
        if self.database is not None:
            raise self.database


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_worker_that_consumes_is_alive_and_ready(scene: Scene) -> None:
    assert (await scene.health.live()).status == (await scene.health.ready()).status == 200


async def test_a_worker_without_progress_is_given_up_after_its_time(scene: Scene) -> None:
    scene.clock.now += 60
    assert (await scene.health.live()).status == 200
    scene.clock.now += 1

    report = await scene.health.live()

    assert (report.status, report.reasons) == (503, ("no progress for 61 s",))
    assert orjson.loads(report.body()) == {
        "warnings": [],
        "status": "unavailable",
        "reasons": ["no progress for 61 s"],
        "phase": "consuming",
        "seconds_since_progress": 61.0,
    }
    scene.pulse.beat()
    assert (await scene.health.live()).status == 200


async def test_a_worker_whose_consume_loop_has_ended_is_not_alive(scene: Scene) -> None:
    scene.loop_exists = False
    assert (await scene.health.live()).reasons == ("the consume loop has ended",)
    assert (await scene.health.ready()).status == 503


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.JOINING, Phase.STOPPING])
async def test_a_worker_that_waits_for_its_group_or_stops_is_alive_and_not_ready(
    phase: Phase,
) -> None:
    scene = Scene()
    scene.pulse.phase = phase
    scene.clock.now += 3_600
    assert (await scene.health.live()).status == 200
    assert (await scene.health.ready()).status == 503


async def test_a_worker_that_waits_for_a_service_is_not_ready_until_it_is_back(
    scene: Scene,
) -> None:
    scene.pulse.wait_for("broker")
    assert (await scene.health.ready()).reasons == ("waiting for the broker: no answer",)
    scene.pulse.resume("broker")
    assert (await scene.health.ready()).status == 200


async def test_a_batch_that_keeps_failing_makes_a_worker_unready_at_once_and_dead_in_time(
    scene: Scene,
) -> None:
    scene.pulse.failed()
    assert (await scene.health.ready()).status == 503
    assert (await scene.health.live()).status == 200
    for _ in range(7):
        scene.clock.now += 10
        scene.pulse.beat()
        scene.pulse.failed()
    assert (await scene.health.live()).reasons == ("the same batch has been failing for 70 s",)

    scene.pulse.succeeded()
    assert (await scene.health.ready()).status == 200


async def test_a_database_that_does_not_answer_makes_a_worker_unready(scene: Scene) -> None:
    scene.database = ConnectionError("refused\nby it")
    assert (await scene.health.ready()).reasons == ("database: refused by it",)
    assert (await scene.health.live()).status == 200


async def test_the_database_is_asked_once_a_second_however_often_somebody_looks(
    scene: Scene,
) -> None:
    await asyncio.gather(*(scene.health.ready() for _ in range(5)))
    assert scene.pings == 1
    scene.clock.now += 1
    await scene.health.ready()
    assert scene.pings == 2


async def test_a_database_that_is_silent_is_not_asked_twice_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PING_WITHIN", 0.01)
    clock, answers, asked = Clock(), asyncio.Event(), list[int]()

    async def ask() -> None:
        asked.append(1)
        await answers.wait()

    ping = Ping("database", ask, clock)
    assert await ping.complaint() == "database: no answer for 0 s"
    clock.now += 30
    assert await ping.complaint() == "database: no answer for 30 s"
    assert len(asked) == 1

    answers.set()
    assert await ping.complaint() is None


def test_a_report_is_bounded_and_masked_whatever_its_reasons_hold() -> None:
    hostile = "\x9b\u202emongodb://u:sesame@db/" + "\ud800" * 60_000
    report = Report(Phase.CONSUMING, (hostile,) * 500, 0.0, warnings=(hostile,) * 500)
    body = orjson.loads(report.body())
    for told in (body["reasons"], body["warnings"]):
        assert told[-1] == "and 450 more"
        assert all(len(each) <= 1_000 and each.isprintable() for each in told)
    assert b"sesame" not in report.body()
