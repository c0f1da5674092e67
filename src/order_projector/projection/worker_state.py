"""The worker's current state, from which health and metrics are derived."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

Partition = tuple[str, int]


class HeldRange(Protocol):
    """The range of offsets that an open breaker holds back, and the reason."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class HealthReason:
    """A reason why the worker is not healthy, and for how many seconds, if known."""

    what: str
    seconds: float | None = None

    def __str__(self) -> str:
        return self.what if self.seconds is None else f"{self.what} ({self.seconds:.0f} s)"


class Phase(StrEnum):
    """The phases of a worker's life, in order."""

    STARTING = "starting"
    JOINING = "joining"
    CONSUMING = "consuming"
    STOPPING = "stopping"


@dataclass(slots=True)
class WorkerState:
    """Written by the consumer and by reports; read by health, and observed by metrics."""

    clock: Callable[[], float] = time.monotonic
    phase: Phase = Phase.STARTING
    partitions: frozenset[Partition] = frozenset()
    waiting: dict[str, str] = field(default_factory=dict)
    """The services that the worker waits for, with the reason."""
    unreadable_partitions: dict[str, str] = field(default_factory=dict)
    """Partitions that cannot be read, with the reason."""
    held_back: dict[Partition, HeldRange] = field(default_factory=dict)
    """The records that open breakers hold back in the whole group, by partition."""
    warnings: dict[str, str] = field(default_factory=dict)
    """Conditions that need an operator's attention but do not stop the worker."""
    failing_since: float | None = None
    """Since when the same batch has been failing for an unknown reason."""
    waiting_since: dict[str, float] = field(default_factory=dict)
    """Since when the worker has been waiting for each service."""
    missing: frozenset[str] = frozenset()
    """Required topics that do not exist on the cluster."""
    paused: frozenset[str] | None = frozenset()
    """The topics that an operator has paused; None until that is known."""
    last_activity: float = 0.0
    last_progress: float = 0.0

    def __post_init__(self) -> None:
        self.last_activity = self.last_progress = self.clock()

    @property
    def is_waiting(self) -> bool:
        """Whether the current batch is blocked on a service."""
        return bool(self.waiting)

    def is_paused(self, topic: str) -> bool:
        """Whether the topic is not to be consumed; none is before that is known."""
        return self.paused is None or topic in self.paused

    def record_activity(self) -> None:
        """Record any activity, retries included: it shows that the worker does not hang."""
        self.last_activity = self.clock()

    def record_progress(self) -> None:
        """Record that offsets were committed, or that all assigned partitions are drained."""
        self.last_progress = self.last_activity = self.clock()

    def enter(self, phase: Phase) -> None:
        """Enter a phase; `STOPPING` is final."""
        if self.phase is not Phase.STOPPING:
            self.phase = phase
        self.record_activity()

    def assigned(self, partitions: frozenset[Partition]) -> None:
        """Record the partitions that the group has assigned to this worker."""
        self.partitions = partitions
        self.unreadable_partitions.clear()
        self.enter(Phase.CONSUMING)

    def revoked(self) -> None:
        """Record that the group is rebalancing."""
        self.partitions = frozenset()
        self.enter(Phase.JOINING)

    def stopped_partitions(self) -> Mapping[Partition, HeldRange]:
        """Return this worker's partitions whose breaker is open."""
        return {at: held for at, held in self.held_back.items() if at in self.partitions}

    def wait_for(self, service: str, reason: str = "no answer") -> None:
        """Record that processing is blocked until the service answers."""
        self.waiting[service] = reason
        self.waiting_since.setdefault(service, self.clock())
        self.record_activity()

    def resume(self, service: str) -> None:
        """Record that the service answers again."""
        self.waiting.pop(service, None)
        self.waiting_since.pop(service, None)
        self.record_activity()

    def warn(self, what: str, last: str) -> None:
        """Add or replace a warning for the operator."""
        self.warnings[what] = last
        self.record_activity()

    def clear_warning(self, what: str) -> None:
        """Remove a warning that no longer applies."""
        self.warnings.pop(what, None)

    def failed(self) -> None:
        """Record that the current batch has failed for an unknown reason."""
        if self.failing_since is None:
            self.failing_since = self.clock()

    def succeeded(self) -> None:
        """Record that a batch was processed."""
        self.failing_since = None
        self.record_activity()

    def inactive_for(self) -> float:
        """Return the seconds since the last activity."""
        return self.clock() - self.last_activity

    def idle_for(self) -> float:
        """Return the seconds since the last progress."""
        return self.clock() - self.last_progress

    def failing_for(self) -> float:
        """Return for how many seconds the same batch has been failing."""
        return 0.0 if self.failing_since is None else self.clock() - self.failing_since
