"""A log line is bounded and harmless to a terminal, whatever is logged."""

import json
import logging
from collections.abc import Iterator

import pytest

from order_projector.settings import LONGEST_EVENT, masked
from order_projector.settings.shown import LONGEST_TEXT, LONGEST_TRACEBACK
from order_projector.telemetry.logging import Format, configure

HUGE = "\x1b\u202e\ud800" * 100_000
LONGEST_LINE = 60_000


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def fail() -> None:
    """Raise an error with a producer's text, caused by another error with that text."""
    try:
        HUGE.encode()
    except UnicodeEncodeError as error:
        raise ValueError(HUGE, repr(error)) from error


def say_everything(log: logging.Logger) -> None:
    """Log a message, fields and an exception that hold a producer's text."""
    fields = {"field": HUGE, "raw": HUGE.encode("utf-8", "replace")}
    try:
        fail()
    except ValueError:
        log.exception("header %s", HUGE, extra=fields)


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_line_is_longer_than_its_bound_or_holds_control_characters(
    log_format: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(log_format, "INFO")
    say_everything(logging.getLogger("some.library"))
    output = capsys.readouterr().err
    assert 0 < len(output) <= LONGEST_LINE
    assert output.replace("\n", "").isprintable()


def test_each_part_of_a_line_has_a_bound_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", "INFO")
    say_everything(logging.getLogger("some.library"))
    line = json.loads(capsys.readouterr().err)
    assert len(line["event"]) <= LONGEST_EVENT
    assert len(line["field"]) <= LONGEST_TEXT
    assert len(line["exception"]) <= LONGEST_TRACEBACK
    assert line["exception"].startswith("Traceback (most recent call last):\n")
    assert "ValueError: " in line["exception"]


def test_a_line_with_any_number_of_fields_is_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", "INFO")
    fields = {f"field_{number}": HUGE for number in range(500)}
    logging.getLogger("some.library").info("hello", extra=fields)
    assert len(capsys.readouterr().err) <= LONGEST_LINE


def test_a_number_that_json_cannot_hold_is_told_in_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("json", "INFO")
    logging.getLogger("some.library").info("hello", extra={"number": 2**70})
    assert json.loads(capsys.readouterr().err)["number"] == str(2**70)


def test_a_text_is_masked_once_and_before_it_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    calls = list[int]()

    def counted(text: str) -> str:
        calls.append(len(text))
        return masked(text).replace("sesame" * 2, "******")

    configure("json", "INFO", counted)
    secret_across_the_cut = "x" * 2_960 + "sesame" * 2 + "y" * 5_000
    logging.getLogger("some.library").info(secret_across_the_cut)
    assert "sesame" not in capsys.readouterr().err
    assert calls.count(len(secret_across_the_cut)) == 1
