"""Inject faults into workers and services, and end them afterwards."""

from collections.abc import Callable
from functools import partial
from typing import Final

from tests.simulation.group import SESSION
from tests.simulation.worker import Worker
from tests.simulation.world import World

MOST_WORKERS: Final = 4
CLOSED_EVERY: Final = 2.0
"""Seconds between an operator's checks of the breakers."""
LONGER_THAN_A_SESSION: Final = (SESSION + 1.0, SESSION + 10.0)
"""Seconds of a pause after which a rival has taken over the worker's partitions."""
STEPS_TO_AN_ANNOUNCEMENT: Final = 30
"""A worker that has sent a write announces it after about this many of its steps."""
STEPS_AHEAD: Final = (2, 20, 100)
"""A fault hits a worker within this many of its steps, so that any await can be the last."""


def inject_faults(world: World) -> None:
    """Keep drawing the next fault and its time until faults are ended.

    An operator closes open breakers periodically.
    """
    if world.options.breaker:
        world.servers.call_later(CLOSED_EVERY, _close_breakers, world)
    if world.options.expulsion:
        latest = world.options.produced_within
        world.servers.call_later(world.random.uniform(0, latest), _expel_next_writer, world)
    _schedule_fault(world)


def _schedule_fault(world: World) -> None:
    options = world.options
    if options.events_of:
        wait = world.random.expovariate(1 / options.events_between)
        world.servers.call_later(wait, _inject_fault, world)


def _inject_fault(world: World) -> None:
    if not world.faults.active:
        return
    _EVENTS[world.random.choice(world.options.events_of)](world)
    _schedule_fault(world)


def _close_breakers(world: World) -> None:
    for state in world.control.open_ones():
        _count(world, "breaker closed")
        held = state.held
        world.log("operator", f"lets {held.topic}-{held.partition} go, {held.first}-{held.last}")
        world.control.let_go(state, state.opened_at)
    world.servers.call_later(CLOSED_EVERY, _close_breakers, world)


def end_faults(world: World) -> None:
    """End all faults, and make sure that at least one worker runs."""
    for service in (world.broker.service, world.database.service):
        service.recover()
    for worker in list(world.workers):
        _thaw(world, worker)
    if not [worker for worker in world.workers if not worker.stopped]:
        world.start_worker()


def _count(world: World, kind: str) -> None:
    world.faults.counts[kind] += 1


def _victim(world: World) -> Worker | None:
    able = [worker for worker in world.workers if not worker.loop.frozen and not worker.stopped]
    return world.random.choice(able) if able else None


def _soon(world: World, meet: Callable[[World, Worker], None]) -> None:
    worker = _victim(world)
    if worker is not None:
        steps = world.random.randrange(world.random.choice(STEPS_AHEAD))
        worker.loop.after(steps, partial(meet, world, worker))


def _crash(world: World) -> None:
    _soon(world, _crashed)


def _crashed(world: World, worker: Worker) -> None:
    if not world.faults.active or worker not in world.workers:
        return
    _count(world, "worker crashed")
    world.log(worker.name, "crashes")
    world.note_ending(worker)
    world.remove_worker(worker)
    world.servers.call_later(world.random.choice((0.1, 5.0, 20.0)), _replace, world)


def _replace(world: World) -> None:
    if len(world.workers) < MOST_WORKERS:
        world.start_worker()


def _pause(world: World) -> None:
    _soon(world, _paused)


def _paused(world: World, worker: Worker) -> None:
    if not world.faults.active:
        return
    _count(world, "worker paused")
    worker.loop.frozen = True
    seconds = world.random.choice((1.0, 15.0, 40.0)) * world.random.random()
    world.log(worker.name, f"is frozen for {seconds:.1f} s")
    world.servers.call_later(seconds, _thaw, world, worker)


def _expel_next_writer(world: World) -> None:
    """Expel the next worker that writes, before it can announce what it has written."""
    world.next_writer = _expel_writer


def _expel_writer(world: World, worker: Worker) -> None:
    worker.loop.after(
        world.random.randrange(STEPS_TO_AN_ANNOUNCEMENT),
        partial(_freeze_until_expelled, world, worker),
    )


def _freeze_until_expelled(world: World, worker: Worker) -> None:
    """Freeze a worker until the group has expelled it, and then take the database away.

    The worker announces late what it has written, and gives up before its second look.
    """
    if not world.faults.active or worker not in world.workers:
        return
    _count(world, "worker expelled")
    worker.loop.frozen = True
    seconds = world.random.uniform(*LONGER_THAN_A_SESSION)
    world.log(worker.name, f"is frozen for {seconds:.1f} s, longer than its session")
    world.servers.call_later(seconds, _wake_up_late, world, worker)


def _wake_up_late(world: World, worker: Worker) -> None:
    if worker in world.workers and worker.loop.frozen:
        _thaw(world, worker)
        _database_away(world)


def _thaw(world: World, worker: Worker) -> None:
    if worker.loop.frozen:
        world.log(worker.name, "wakes up")
        worker.loop.frozen = False
        worker.loop.wind(world.universe.now)


def _stop(world: World) -> None:
    worker = _victim(world)
    if worker is None:
        return
    _count(world, "worker stopped")
    world.log(worker.name, "is asked to stop")
    world.note_ending(worker)
    worker.loop.create_task(worker.stop()).add_done_callback(lambda _: _stopped(world, worker))


def _stopped(world: World, worker: Worker) -> None:
    if worker not in world.workers:
        return
    world.log(worker.name, "has stopped")
    world.remove_worker(worker)
    if world.faults.active:
        world.servers.call_later(world.random.choice((0.1, 5.0)), _replace, world)
    elif not world.workers:
        world.start_worker()


def _add(world: World) -> None:
    if len(world.workers) < MOST_WORKERS:
        _count(world, "worker added")
        world.start_worker()


def _step_down(world: World) -> None:
    _count(world, "primary stepped down")
    election = world.random.uniform(0.0, 8.0)
    world.log("mongodb", f"loses its primary for {election:.1f} s")
    world.database.step_down(election)


def _database_away(world: World) -> None:
    _count(world, "database away")
    seconds = world.random.uniform(0.5, 20.0)
    world.log("mongodb", f"is away for {seconds:.1f} s")
    world.database.service.away_until = world.universe.now + seconds


def _broker_away(world: World) -> None:
    _count(world, "broker away")
    seconds = world.random.uniform(0.5, 20.0)
    world.log("kafka", f"is away for {seconds:.1f} s")
    world.broker.service.away_until = world.universe.now + seconds


def _broker_frozen(world: World) -> None:
    _count(world, "broker frozen")
    seconds = world.random.uniform(0.5, 20.0)
    world.log("kafka", f"is frozen for {seconds:.1f} s")
    world.broker.service.freeze(seconds)


_EVENTS: Final = {
    "worker crashed": _crash,
    "worker paused": _pause,
    "worker stopped": _stop,
    "worker added": _add,
    "primary stepped down": _step_down,
    "database away": _database_away,
    "broker away": _broker_away,
    "broker frozen": _broker_frozen,
}
