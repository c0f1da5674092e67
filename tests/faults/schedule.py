"""The schedule of faults, drawn from a seed so that a run can be repeated."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

WORKERS: Final = 3
APIS: Final = 2


class Kind(StrEnum):
    """The kinds of faults."""

    WORKER_KILLED = "worker killed (SIGKILL)"
    WORKER_FROZEN = "worker frozen (SIGSTOP, SIGCONT)"
    WORKER_STOPPED = "worker stopped (SIGTERM)"
    API_KILLED = "API killed (SIGKILL)"
    API_FROZEN = "API frozen (SIGSTOP, SIGCONT)"
    API_STOPPED = "API stopped (SIGTERM)"
    WORKERS_ROLLED = "workers restarted one by one"
    WORKERS_SCALED = "workers scaled 3 to 1 to 3"
    DATABASE_KILLED = "database killed (SIGKILL)"
    DATABASE_FROZEN = "database frozen"
    BROKER_FROZEN = "broker frozen"
    BROKER_KILLED = "broker killed (SIGKILL)"


SECONDS: Final[dict[Kind, tuple[float, float]]] = {
    Kind.WORKER_KILLED: (0.1, 3.0),
    Kind.WORKER_FROZEN: (0.5, 12.0),  # also longer than a session: it wakes up without partitions
    Kind.WORKER_STOPPED: (0.1, 2.0),
    Kind.API_KILLED: (0.1, 3.0),
    Kind.API_FROZEN: (0.5, 12.0),  # also longer than its clients wait
    Kind.API_STOPPED: (0.1, 2.0),
    Kind.WORKERS_ROLLED: (0.0, 0.1),
    Kind.WORKERS_SCALED: (2.0, 6.0),
    Kind.DATABASE_KILLED: (0.1, 3.0),
    Kind.DATABASE_FROZEN: (0.5, 7.0),
    Kind.BROKER_FROZEN: (0.5, 7.0),
    Kind.BROKER_KILLED: (0.1, 3.0),
}
"""The shortest and longest duration of each kind, in seconds."""

APART: Final = (0.5, 5.0)
"""Seconds between the starts of two faults: most faults begin while others last."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: when it begins and how long it lasts, both in seconds.

    It affects the worker of this number, or one of the APIs; other faults ignore the number.
    """

    at: float
    kind: Kind
    seconds: float
    worker: int


def schedule(seed: int, seconds: float, kinds: Sequence[Kind]) -> tuple[Fault, ...]:
    """Return faults for this number of seconds: each kind occurs once before any is repeated."""
    rng = Random(f"{seed} schedule")
    faults, at, deck = list[Fault](), rng.uniform(*APART), list[Kind]()
    while at < seconds:
        if not deck:
            deck = rng.sample(kinds, len(kinds))
        kind = deck.pop()
        faults.append(Fault(at, kind, rng.uniform(*SECONDS[kind]), rng.randrange(WORKERS)))
        at += rng.uniform(*APART)
    return tuple(faults)
