"""The figures of a rolling restart, from when each event was sent and announced."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from bench.live.arithmetic import percentile


@dataclass(frozen=True, slots=True)
class Event:
    """One measured event; ``announced`` is infinite if it was not announced in time."""

    partition: int
    sent: float
    announced: float


@dataclass(frozen=True, slots=True)
class Restart:
    """The effect of a rolling restart on a group."""

    latencies: tuple[float, ...]
    """Seconds from sent to announced."""
    gaps: Mapping[int, float]
    """By partition, the longest time in which none of its events was announced."""
    assignments: int
    """Number of partition assignments, over all workers."""
    seconds: float
    """The duration of the restart."""

    @property
    def longest_gap(self) -> float:
        """The longest gap of any partition."""
        return max(self.gaps.values())

    def latency(self, percent: float) -> float:
        """Return a percentile of the latencies."""
        return percentile(self.latencies, percent)


def figures(events: list[Event], assignments: int, seconds: float) -> Restart:
    """Return the figures of these events."""
    moments: dict[int, list[float]] = {}
    for event in events:
        moments.setdefault(event.partition, []).append(event.announced)
    return Restart(
        latencies=tuple(event.announced - event.sent for event in events),
        gaps={partition: _longest_gap(sorted(them)) for partition, them in moments.items()},
        assignments=assignments,
        seconds=seconds,
    )


def _longest_gap(moments: list[float]) -> float:
    return max((after - before for before, after in pairwise(moments)), default=0.0)
