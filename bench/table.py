"""The tables of the benchmark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.contender import Run
from bench.counting import Traffic
from bench.sizes import Costs


@dataclass(frozen=True, slots=True)
class Counted:
    """The traffic with the database, for this many events."""

    events: int
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class Row:
    """One contender's figures; ``events`` is the number of events in the timed run."""

    name: str
    run: Run
    events: int
    counted: Counted


def print_table(console: Console, title: str, rows: Sequence[Row]) -> None:
    """Print one column for each contender, and the ratios."""
    _print(console, title, rows)
    worker, pipe, handler = (row.run.per_second for row in rows)
    console.print(f"worker / bare pipe   {worker / pipe:.2f}")
    console.print(f"worker / per-message {worker / handler:.1f}")


def print_namings(console: Console, rows: Sequence[Row]) -> None:
    """Print one column for each way to name orders, and its rate relative to the first."""
    _print(console, "the worker, by how events name their orders", rows)
    first = rows[0].run.per_second
    for row in rows[1:]:
        console.print(f"{row.name} / {rows[0].name}   {row.run.per_second / first:.2f}")


def _print(console: Console, title: str, rows: Sequence[Row]) -> None:
    table = Table(title=title)
    table.add_column("")
    for row in rows:
        table.add_column(row.name, justify="right")
    for label, figure in _FIGURES:
        table.add_row(label, *map(figure, rows))
    console.print(table)


def print_costs(console: Console, costs: Costs) -> None:
    """Print the CPU costs."""
    console.print(
        f"in one process, nothing around it: decode {costs.decode:.0f} us/event, "
        f"fold {costs.fold:.0f} us/event (an order's events at once)"
    )
    console.print(f"engine: {costs.price:.0f} us/redemption priced here (a cart of four lines)")


def _per_thousand(value: float, events: int) -> float:
    return value * 1_000 / events


_FIGURES: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("events, timed", lambda row: f"{row.run.events:,}"),
    ("events/s", lambda row: f"{row.run.per_second:,.0f}"),
    (
        "CPU seconds per 1,000 events",
        lambda row: f"{_per_thousand(row.run.cpu_seconds, row.run.events):.3f}",
    ),
    ("peak memory, MiB", lambda row: f"{row.run.peak_bytes / 2**20:,.0f}"),
    (
        "order events per 1,000 events",
        lambda row: f"{_per_thousand(row.run.announced, row.events):,.0f}",
    ),
    (
        "database commands per 1,000 events",
        lambda row: f"{_per_thousand(row.counted.traffic.commands, row.counted.events):,.1f}",
    ),
    (
        "kB sent to the database per 1,000 events",
        lambda row: f"{row.counted.traffic.sent / row.counted.events:,.0f}",
    ),
    (
        "kB received from it per 1,000 events",
        lambda row: f"{row.counted.traffic.received / row.counted.events:,.0f}",
    ),
)
