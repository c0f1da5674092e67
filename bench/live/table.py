"""What is printed of a live bench."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from rich.console import Console
from rich.table import Table

from bench.counting import Traffic
from bench.live.arithmetic import CostModel, cost_model, percentile
from bench.live.segment import CONTENDER, Segment


@dataclass(slots=True)
class LiveRow:
    """One contender's figures."""

    name: str
    segments: list[Segment] = field(default_factory=list)
    traffic: Traffic | None = None
    counted: int = 0
    """The events of which the traffic was counted."""
    sustained: int | None = None

    def at(self, rate: int) -> list[Segment]:
        """Return what was measured at this rate, round by round."""
        return [segment for segment in self.segments if segment.rate == rate]

    def percentile(self, rate: int, percent: float) -> float:
        """Return a percentile over all rounds, in seconds."""
        return percentile([*chain.from_iterable(s.latencies for s in self.at(rate))], percent)

    @property
    def model(self) -> CostModel | None:
        """The cost model over all rates that the contender kept up with."""
        return cost_model(each.observed for each in self.segments if each.sustained)


def summary(segments: Sequence[Segment]) -> str:
    """Return a line of what was measured at one rate."""
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
    """Print a table a rate, and one of what is said of a contender as a whole."""
    for rate in rates:
        table = Table(title=f"{rate:,} events/s")
        table.add_column("")
        columns = [(row.name, row.at(rate)) for row in rows]
        for name, _ in columns:
            table.add_column(name, justify="right")
        for label, figure in _FIGURES:
            table.add_row(label, *(figure(segments) for _, segments in columns))
        console.print(table)
    table = Table(title="as a whole")
    for label in (
        "",
        "a, us a batch",
        "b, us an event",
        *_counted_labels(count_rate),
        "sustained/s",
    ):
        table.add_column(label, justify="right" if label else "left")
    for row in rows:
        table.add_row(row.name, *_modelled(row.model), *_counted(row), _rate(row.sustained))
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
    """Microseconds an event, by process."""
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


def _counted_labels(rate: int) -> Iterable[str]:
    at = f"at {rate:,}/s"
    return (f"commands an event {at}", f"bytes sent {at}", f"bytes received {at}")


def _counted(row: LiveRow) -> Iterable[str]:
    traffic, events = row.traffic, row.counted
    if traffic is None or not events:
        return ("-", "-", "-")
    return (
        f"{traffic.commands / events:.2f}",
        f"{traffic.sent / events:,.0f}",
        f"{traffic.received / events:,.0f}",
    )


def _modelled(model: CostModel | None) -> Iterable[str]:
    return ("-", "-") if model is None else (f"{model.a * 1e6:,.0f}", f"{model.b * 1e6:,.0f}")


def _rate(sustained: int | None) -> str:
    return "-" if sustained is None else f"{sustained:,}"
