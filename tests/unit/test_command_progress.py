"""Progress is shown on standard error once a command takes longer than a second."""

import pytest

from order_projector.cli.progress import Progress


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
