"""What the worker is doing right now: the one thing that health and metrics both look at."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

Partition = tuple[str, int]


class Held(Protocol):
    """The first and the last offset that are held back, and why."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def reason(self) -> str: ...


class Phase(StrEnum):
    """The states of a worker, in the sequence of its life."""

    STARTING = "starting"
    JOINING = "joining"
    CONSUMING = "consuming"
    STOPPING = "stopping"


@dataclass(slots=True)
class Pulse:
    """Written by the consumer and the metrics; read by everyone."""

    clock: Callable[[], float] = time.monotonic
    phase: Phase = Phase.STARTING
    partitions: frozenset[Partition] = frozenset()
    waiting: dict[str, str] = field(default_factory=dict)
    """What the worker waits for, and since when or why."""
    troubles: dict[str, str] = field(default_factory=dict)
    """Partitions that cannot be read, and why."""
    held_back: dict[Partition, Held] = field(default_factory=dict)
    """What open breakers hold back in the whole group, by partition."""
    warnings: dict[str, str] = field(default_factory=dict)
    """What somebody should look at, though it keeps nothing from going on."""
    failing_since: float | None = None
    """Since when the same batch has been failing for no known reason."""
    waiting_since: dict[str, float] = field(default_factory=dict)
    """Since when the worker has been waiting for each service."""
    missing: frozenset[str] = frozenset()
    """Topics that the worker needs and the cluster does not have."""
    last_activity: float = 0.0
    last_progress: float = 0.0

    def __post_init__(self) -> None:
        self.last_activity = self.last_progress = self.clock()

    @property
    def held(self) -> bool:
        """Whether the batch in hand cannot go on by itself now."""
        return bool(self.waiting)

    def beat(self) -> None:
        """Something went on, be it another attempt: the worker does not hang."""
        self.last_activity = self.clock()

    def progressed(self) -> None:
        """Records were committed, or every assigned partition was seen empty."""
        self.last_progress = self.last_activity = self.clock()

    def enter(self, phase: Phase) -> None:
        """Changes the phase; a worker that stops does nothing else any more."""
        if self.phase is not Phase.STOPPING:
            self.phase = phase
        self.beat()

    def assigned(self, partitions: frozenset[Partition]) -> None:
        """The group has given these partitions to this worker."""
        self.partitions = partitions
        self.troubles.clear()
        self.enter(Phase.CONSUMING)

    def revoked(self) -> None:
        """The group is sharing out the partitions anew."""
        self.partitions = frozenset()
        self.enter(Phase.JOINING)

    def standing_still(self) -> Mapping[Partition, Held]:
        """The partitions of this worker whose breaker is open."""
        return {at: held for at, held in self.held_back.items() if at in self.partitions}

    def wait_for(self, service: str, reason: str = "no answer") -> None:
        """Nothing goes on until the service answers."""
        self.waiting[service] = reason
        self.waiting_since.setdefault(service, self.clock())
        self.beat()

    def resume(self, service: str) -> None:
        """The service answers."""
        self.waiting.pop(service, None)
        self.waiting_since.pop(service, None)
        self.beat()

    def warn(self, what: str, last: str) -> None:
        """Something has happened that somebody should look at."""
        self.warnings[what] = last
        self.beat()

    def withdraw_warning(self, what: str) -> None:
        """Nobody needs to look at it any more."""
        self.warnings.pop(what, None)

    def failed(self) -> None:
        """The batch in hand has failed for a reason that is not known."""
        if self.failing_since is None:
            self.failing_since = self.clock()

    def succeeded(self) -> None:
        """A batch went through."""
        self.failing_since = None
        self.beat()

    def inactive_for(self) -> float:
        """Seconds since anything went on."""
        return self.clock() - self.last_activity

    def idle_for(self) -> float:
        """Seconds without progress."""
        return self.clock() - self.last_progress

    def failing_for(self) -> float:
        """Seconds for which the same batch has been failing."""
        return 0.0 if self.failing_since is None else self.clock() - self.failing_since
