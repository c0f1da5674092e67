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


def _is_on_a_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


class StatusLine:
    """Standard error, of which the last line is written over on a terminal."""

    def __init__(self) -> None:
        self._length = 0

    def show(self, text: str) -> None:
        """Show a text in place of the one before it; where there is no terminal, in a new line."""
        if not _is_on_a_terminal():
            self.print(text)
            return
        typer.echo(f"\r{text.ljust(self._length)}", err=True, nl=False)
        self._length = len(text)

    def print(self, text: str) -> None:
        """Print a line of its own, which stays."""
        self.leave()
        typer.echo(text, err=True)

    def leave(self) -> None:
        """Let what follows begin on a line of its own."""
        if self._length:
            self._length = 0
            typer.echo(err=True)


STATUS_LINE: Final = StatusLine()
"""That of this process."""


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
        self.done = 0

    def __call__(self, count: int) -> None:
        """Add to the number that is done."""
        self.done += count
        now = self._clock()
        if now < self._next:
            return
        self._next = now + (ON_A_TERMINAL if _is_on_a_terminal() else ELSEWHERE)
        STATUS_LINE.show(self._line(now))

    def end(self) -> None:
        """Leave the line, so that what follows begins on one of its own."""
        STATUS_LINE.leave()

    def _line(self, now: float) -> str:
        of = f" of {self._total:,}" if self._total is not None else ""
        rate = self.done / max(now - self._begun, 0.001)
        return f"{self.done:,}{of} {self._unit}, {rate:,.0f} a second"
