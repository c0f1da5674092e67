"""Show the progress of a demo, and its results."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from order_projector.demo.figures import Latency, Money
from order_projector.settings import shown
from order_projector.verification.check import CheckReport

_EVERY = 2.0
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class State:
    """The progress: numbers of records in the stream, produced and consumed, and of orders."""

    total: int
    produced: int
    consumed: int
    orders: int


class Screen(Protocol):
    """A display of the progress."""

    def show(self, state: State) -> None:
        """Show the progress."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of a demo."""

    statuses: dict[str, int]
    money: Money
    per_second: float
    steady: int
    latency: Latency
    records: int
    repeats: int
    skipped: dict[str, int]
    dead_letters: dict[str, int]
    flags: dict[str, int]


@dataclass(slots=True)
class Bars:
    """Two progress bars, for a terminal."""

    progress: Progress
    produced: TaskID
    consumed: TaskID

    def show(self, state: State) -> None:
        """Move the bars."""
        self.progress.update(self.produced, completed=state.produced, total=state.total, note="")
        note = f"{state.orders:,} orders, lag {state.produced - state.consumed:,}"
        self.progress.update(self.consumed, completed=state.consumed, total=state.total, note=note)


@dataclass(slots=True)
class Lines:
    """A line every two seconds, for output that is not a terminal."""

    console: Console
    shown_at: float = field(default=0.0)

    def show(self, state: State) -> None:
        """Print a line if the last one is old enough or everything is consumed."""
        if time.monotonic() - self.shown_at < _EVERY and state.consumed < state.total:
            return
        self.shown_at = time.monotonic()
        self.console.print(
            f"produced {state.produced:,} of {state.total:,}, consumed {state.consumed:,}, "
            f"orders {state.orders:,}, lag {state.produced - state.consumed:,}"
        )


@contextmanager
def screen() -> Iterator[Screen]:
    """Provide a screen that suits standard error, where progress belongs."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=console) as progress:
        produced = progress.add_task("produced", note="")
        yield Bars(progress, produced, progress.add_task("consumed", note=""))


def print_figures(console: Console, figures: Figures) -> None:
    """Print the figures as tables."""
    console.print(_orders(figures), _work(figures), sep="\n")


def print_report(console: Console, report: CheckReport) -> None:
    """Print the result of the check, with the first differences."""
    for difference in report.differences[:_SHOWN]:
        console.print(f"differs: {shown(str(difference))}", style="red", markup=False)
    if len(report.differences) > _SHOWN:
        console.print(f"... and {len(report.differences) - _SHOWN:,} more", style="red")
    compared = (
        f"{report.orders:,} stored orders, the last of {report.announcements:,} order.updated of "
        f"each, and {report.dead_letters:,} dead letters"
    )
    if report.equal:
        console.print(f"All equal to the fold of their events: {compared}.", style="bold green")
    else:
        count = len(report.differences)
        console.print(f"{count:,} differences in {compared}.", style="bold red")


def _orders(figures: Figures) -> Table:
    table = _table("Orders")
    for status, count in sorted(figures.statuses.items()):
        table.add_row(Text(shown(status)), f"{count:,}")
    table.add_section()
    sums = figures.money
    for name, cents in (
        ("amount", sums.amount),
        ("discounts", sums.discounts),
        ("total", sums.total),
        ("payments", sums.payments),
        ("refunds", sums.refunds),
    ):
        table.add_row(name, f"{cents // 100:,}.{cents % 100:02}")
    return table


def _work(figures: Figures) -> Table:
    table = _table("Work")
    waits = figures.latency
    table.add_row("records", f"{figures.records:,}")
    table.add_row("of them sent before", f"{figures.repeats:,}")
    table.add_row("events/s, sent at once", f"{figures.per_second:,.0f}")
    steady = f"event to order.updated, at {figures.steady:,}/s"
    table.add_row(f"{steady}: p50", f"{waits.p50:,.0f} ms")
    table.add_row(f"{steady}: p99", f"{waits.p99:,.0f} ms")
    _counted(table, "skipped", figures.skipped)
    _counted(table, "dead letters", figures.dead_letters)
    _counted(table, "flags", figures.flags)
    return table


def _counted(table: Table, name: str, counts: dict[str, int]) -> None:
    table.add_section()
    table.add_row(name, f"{sum(counts.values()):,}")
    for kind, count in sorted(counts.items()):
        table.add_row(Text(shown(f"  {kind}")), f"{count:,}")


def _table(title: str) -> Table:
    table = Table(title=title, show_header=False, title_justify="left", title_style="bold")
    table.add_column(min_width=40)
    table.add_column(justify="right", min_width=16)
    return table
