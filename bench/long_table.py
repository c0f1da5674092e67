"""The output of the benchmark of long orders."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.single_events import SingleEvents


@dataclass(frozen=True, slots=True)
class LongRow:
    """One more event on an order of this many facts; ``piped`` is the pipe with values as large."""

    facts: int
    timed: SingleEvents
    counted: SingleEvents
    piped: SingleEvents


def print_long(console: Console, title: str, rows: Sequence[LongRow]) -> None:
    """Print a line for each length; ratios are to the first line, and to the pipe."""
    table = Table(title=title)
    for label in _COLUMNS:
        table.add_column(label, justify="right")
    for row in rows:
        table.add_row(*_line(row, rows[0]))
    console.print(table)


_COLUMNS = (
    *("facts", "p50, ms", "worker, us", "database, us", "commands", "kB sent", "kB received"),
    *("announced, kB", "CPU / shortest", "p50 / shortest", "CPU / pipe", "p50 / pipe"),
)


def _line(row: LongRow, shortest: LongRow) -> tuple[str, ...]:
    traffic, events = row.counted.traffic, row.counted.events
    if traffic is None:
        raise TypeError("the traffic of a long order is counted")
    return (
        f"{row.facts:,}",
        f"{row.timed.latency * 1e3:,.1f}",
        f"{row.timed.contender * 1e6:,.0f}",
        f"{row.timed.database * 1e6:,.0f}",
        f"{traffic.commands / events:.1f}",
        f"{traffic.sent / events / 1e3:,.1f}",
        f"{traffic.received / events / 1e3:,.1f}",
        f"{row.timed.announced / 1e3:,.1f}",
        f"{row.timed.cpu / shortest.timed.cpu:.2f}",
        f"{row.timed.latency / shortest.timed.latency:.2f}",
        f"{row.timed.cpu / row.piped.cpu:.2f}",
        f"{row.timed.latency / row.piped.latency:.2f}",
    )
