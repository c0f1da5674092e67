"""Progress of a command on standard error, once it has taken longer than a second."""

import sys
import time
from collections.abc import Callable
from typing import Final

import typer

FIRST_AFTER: Final = 1.0
ON_A_TERMINAL: Final = 0.2
ELSEWHERE: Final = 5.0
"""Seconds between two lines in a file; on a terminal, one line is written over."""


class Progress:
    """Counts what is done, and says so."""

    def __init__(
        self,
        unit: str,
        total: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Count things named ``unit``, in the plural; ``total`` is their number, if known."""
        self._unit: Final = unit
        self._total: Final = total
        self._clock: Final = clock
        self._begun: Final = clock()
        self._next = self._begun + FIRST_AFTER
        self._terminal: Final = sys.stderr.isatty()
        self._written_over = False
        self.done = 0

    def __call__(self, count: int) -> None:
        """Note that so many more are done."""
        self.done += count
        now = self._clock()
        if now < self._next:
            return
        self._next = now + (ON_A_TERMINAL if self._terminal else ELSEWHERE)
        typer.echo(self._line(now), err=True, nl=not self._terminal)
        self._written_over = self._terminal

    def end(self) -> None:
        """Leave the line, so that what follows begins on one of its own."""
        if self._written_over:
            typer.echo(err=True)
            self._written_over = False

    def _line(self, now: float) -> str:
        of = f" of {self._total:,}" if self._total is not None else ""
        rate = self.done / max(now - self._begun, 0.001)
        begin = "\r" if self._terminal else ""
        return f"{begin}{self.done:,}{of} {self._unit}, {rate:,.0f} a second"
