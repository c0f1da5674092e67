"""Metrics that a test can look at."""

from collections import Counter
from dataclasses import dataclass, field

from order_projector.projection.metrics import EventOutcome, ServiceName, StageName


@dataclass(slots=True)
class RecordingMetrics:
    """Metrics that record every call."""

    events: Counter[tuple[str, EventOutcome]] = field(default_factory=Counter)
    recorded: list[str] = field(default_factory=list)
    stages: set[StageName] = field(default_factory=set)
    apart_now: tuple[int, int] = (0, 0)
    ahead: int = 0
    delays: list[float] = field(default_factory=list)
    facts: list[int] = field(default_factory=list)

    def batch(self, size: int) -> None:
        """Record the size."""
        self.recorded.append(f"batch of {size}")

    def event(self, event_type: str, outcome: EventOutcome) -> None:
        """Count the event."""
        self.events[event_type, outcome] += 1

    def dated_ahead(self) -> None:
        """Count the call."""
        self.ahead += 1

    def announced_after(self, seconds: float) -> None:
        """Record the delay."""
        self.delays.append(seconds)

    def stored(self, facts: int) -> None:
        """Record the number of facts."""
        self.facts.append(facts)

    def stage(self, stage: StageName, seconds: float) -> None:
        """Record the stage."""
        assert seconds >= 0
        self.stages.add(stage)

    def conflicts(self, count: int) -> None:
        """Record the number."""
        self.recorded.append(f"{count} conflicts")

    def retry(self, service: ServiceName) -> None:
        """Record the service."""
        self.recorded.append(f"retry {service}")

    def dead_letter(self, code: str) -> None:
        """Record the code."""
        self.recorded.append(f"dead letter {code}")

    def unusable(self, reason: str, message: str) -> None:
        """Record reason and message."""
        self.recorded.append(f"unusable ({reason}): {message}")

    def violated(self) -> None:
        """Record the call."""
        self.recorded.append("violated")

    def flag_raised(self, code: str) -> None:
        """Record the code."""
        self.recorded.append(f"flag {code}")

    def folded(self, seconds: float) -> None:
        """Record nothing."""
        assert seconds >= 0

    def sent_apart(self) -> None:
        """Record the call."""
        self.recorded.append("sent apart")

    def apart(self, orders: int, events: int) -> None:
        """Record what is processed apart."""
        self.apart_now = (orders, events)

    def waiting_for(self, service: ServiceName, reason: str) -> None:
        """Record the service and the reason."""
        self.recorded.append(f"waiting for {service}: {reason}")

    def resumed(self, service: ServiceName) -> None:
        """Record the service."""
        self.recorded.append(f"resumed {service}")
