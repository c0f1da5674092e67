"""The output of the live benchmark."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from rich.console import Console
from rich.table import Table

from bench.counting import Traffic
from bench.live.arithmetic import MISSING, CostModel, cost_model, percentile
from bench.live.segment import CONTENDER, Segment


@dataclass(slots=True)
class LiveRow:
    """One contender's figures."""

    name: str
    segments: list[Segment] = field(default_factory=list)
    traffic: Traffic | None = None
    counted: int = 0
    """The number of events over which the traffic was counted."""
    sustained: int | None = None

    def at(self, rate: int) -> list[Segment]:
        """Return the segments at this rate, round by round."""
        return [segment for segment in self.segments if segment.rate == rate]

    def percentile(self, rate: int, percent: float) -> float:
        """Return a percentile over all rounds, in seconds."""
        latencies = [*chain.from_iterable(each.latencies for each in self.at(rate))]
        return percentile(latencies, percent) if latencies else MISSING

    def gave_up_below(self, rate: int) -> bool:
        """Return whether half of the events of a lower rate were never announced."""
        return any(
            each.rate < rate and percentile(each.latencies, 50) == MISSING for each in self.segments
        )

    @property
    def model(self) -> CostModel | None:
        """The cost model over all segments in which orders had one event per batch."""
        return cost_model(each.observed for each in self.segments if each.one_at_a_time)


def summary(segments: Sequence[Segment]) -> str:
    """Return a line that summarizes the segments at one rate."""
    latencies = [*chain.from_iterable(each.latencies for each in segments)]
    lateness = [*chain.from_iterable(each.lateness for each in segments)]
    batches = sum(each.batches for each in segments)
    per_batch = sum(each.records for each in segments) / batches if batches else 0.0
    spent = ", ".join(f"{name} {us:,.0f}" for name, us in _spent(segments).items())
    several = sum(each.several for each in segments)
    return (
        f"{segments[0].rate:,}/s: p50 {_ms(latencies, 50)}, p90 {_ms(latencies, 90)}, "
        f"p99 {_ms(latencies, 99)} ms; {per_batch:.1f} records a batch; us an event: {spent}; "
        f"generator late by p99 {_ms(lateness, 99)} ms"
        + (f"; {several:,} announcements of several events" if several else "")
    )


def print_live(
    console: Console, rows: Sequence[LiveRow], rates: Sequence[int], count_rate: int
) -> None:
    """Print a table for each rate, and one for each contender's overall figures."""
    for rate in rates:
        segments = [row.at(rate) for row in rows]
        lines = [
            (label, [figure(each) if each else "-" for each in segments])
            for label, figure in _FIGURES
        ]
        _print_table(console, f"{rate:,} events/s", rows, lines)
    _print_table(
        console,
        "at all rates",
        rows,
        (
            ("a, us a batch", [_modelled(row.model, "a") for row in rows]),
            ("b, us an event", [_modelled(row.model, "b") for row in rows]),
            (
                f"at {count_rate:,}/s: commands an event",
                [_counted(row, "commands") for row in rows],
            ),
            ("  bytes an event to the database", [_counted(row, "sent") for row in rows]),
            ("  bytes an event from the database", [_counted(row, "received") for row in rows]),
            ("events/s, the highest sustained", [_rate(row.sustained) for row in rows]),
        ),
    )


def _print_table(
    console: Console,
    title: str,
    rows: Sequence[LiveRow],
    lines: Iterable[tuple[str, Sequence[str]]],
) -> None:
    table = Table(title=title)
    table.add_column("")
    for row in rows:
        table.add_column(row.name, justify="right")
    for label, figures in lines:
        table.add_row(label, *figures)
    console.print(table)


def print_ratios(console: Console, rows: Sequence[LiveRow], rates: Sequence[int]) -> None:
    """Print the figures of the first contender as ratios to those of each other one."""
    for other in rows[1:]:
        ratios = ", ".join(f"{label} {ratio}" for label, ratio in _ratios(rows[0], other, rates))
        console.print(f"{rows[0].name} / {other.name}: {ratios}")


def _ratios(one: LiveRow, other: LiveRow, rates: Sequence[int]) -> Iterator[tuple[str, str]]:
    for rate in rates:
        for percent in (50, 99):
            figures = (one.percentile(rate, percent), other.percentile(rate, percent))
            yield f"p{percent} at {rate:,}/s", _ratio(*figures)
    if one.model and other.model:
        yield "a", _ratio(one.model.a, other.model.a)
        yield "b", _ratio(one.model.b, other.model.b)
    if one.sustained and other.sustained:
        yield "sustained", _ratio(one.sustained, other.sustained)


def _ratio(one: float, other: float) -> str:
    return f"{one / other:.2f}" if one < float("inf") and 0 < other < float("inf") else "-"


def _ms(seconds: Sequence[float], percent: float) -> str:
    value = percentile(seconds, percent)
    return f"{value * 1_000:,.0f}" if value < float("inf") else "never"


def _spent(segments: Sequence[Segment]) -> dict[str, float]:
    """Return microseconds per event, by process."""
    events = sum(each.events for each in segments)
    return {
        name: sum(each.cpu[name] for each in segments) / max(1, events) * 1e6
        for name in segments[0].cpu
    }


def _latency(percent: float) -> Callable[[Sequence[Segment]], str]:
    return lambda segments: _ms([*chain.from_iterable(s.latencies for s in segments)], percent)


def _late(percent: float) -> Callable[[Sequence[Segment]], str]:
    return lambda segments: _ms([*chain.from_iterable(s.lateness for s in segments)], percent)


def _process(name: str) -> Callable[[Sequence[Segment]], str]:
    return lambda segments: f"{_spent(segments)[name]:,.0f}"


def _per_batch(segments: Sequence[Segment]) -> str:
    batches = sum(each.batches for each in segments)
    return f"{sum(each.records for each in segments) / batches:,.1f}" if batches else "-"


_FIGURES: tuple[tuple[str, Callable[[Sequence[Segment]], str]], ...] = (
    ("p50, ms from sent to announced", _latency(50)),
    ("p90", _latency(90)),
    ("p99", _latency(99)),
    ("records a batch", _per_batch),
    ("us an event: the contender", _process(CONTENDER)),
    ("  the broker", _process("broker")),
    ("  the database", _process("database")),
    ("  the generator", _process("generator")),
    ("  the observer", _process("observer")),
    ("generator late by, p99 in ms", _late(99)),
    ("rounds that kept up", lambda it: f"{sum(s.sustained for s in it)} of {len(it)}"),
)


def _counted(row: LiveRow, what: Literal["commands", "sent", "received"]) -> str:
    if row.traffic is None or not row.counted:
        return "-"
    figures = {
        "commands": f"{row.traffic.commands / row.counted:.2f}",
        "sent": f"{row.traffic.sent / row.counted:,.0f}",
        "received": f"{row.traffic.received / row.counted:,.0f}",
    }
    return figures[what]


def _modelled(model: CostModel | None, what: Literal["a", "b"]) -> str:
    if model is None:
        return "-"
    return f"{(model.a if what == 'a' else model.b) * 1e6:,.0f}"


def _rate(sustained: int | None) -> str:
    return "-" if sustained is None else f"{sustained:,}"
