"""Progress is shown on standard error once a command takes longer than a second."""

import io
import json
import re
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from order_projector.cli import progress as progress_of_commands
from order_projector.cli.errors import print_error
from order_projector.cli.progress import Progress, StatusLine
from tests.support.commands import invoke
from tests.support.events import order_event


class Terminal(io.StringIO):
    """A standard error that people look at."""

    def isatty(self) -> bool:
        """Be a terminal."""
        return True


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_quick_command_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    progress = Progress("orders", clock=clock)
    clock.now += 0.9
    progress(5)
    progress.end()
    assert capsys.readouterr() == ("", "")


def test_a_slow_command_shows_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    progress = Progress("orders", 1_000, clock)
    for seconds in (1.0, 0.5, 0.5, 5.0):
        clock.now += seconds
        progress(200)

    lines = capsys.readouterr().err.splitlines()

    assert lines == [
        "200 of 1,000 orders, 200 a second",
        "800 of 1,000 orders, 114 a second",
    ]


def test_on_a_terminal_a_shorter_line_leaves_nothing_of_the_longer_one_before() -> None:
    line = StatusLine()
    with redirect_stderr(Terminal()) as terminal:
        line.show("1,000 orders")
        line.show("9 left")

    assert terminal.getvalue() == "\r1,000 orders\r9 left      "


def test_on_a_terminal_what_follows_progress_begins_on_a_line_of_its_own() -> None:
    clock = Clock()
    progress = Progress("orders", clock=clock)
    clock.now += 2.0
    with redirect_stderr(Terminal()) as terminal:
        progress(4)
        print_error("the broker does not answer")

    assert terminal.getvalue() == (
        "\r4 orders, 2 a second\norder-projector: the broker does not answer\n"
    )


@pytest.mark.parametrize("words", [("project", "events"), ("explain", "events", "ord_1")])
def test_a_command_that_reads_files_shows_how_far_it_is(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_of_commands, "FIRST_AFTER", 0.0)
    (tmp_path / "events").write_text(f"{json.dumps(order_event(1))}\n")

    told = invoke(words, tmp_path).stderr.splitlines()

    assert re.fullmatch(r"1 events, [\d,]+ a second", told[0])
