"""Foreign text is shown in one line of bounded length, without terminal control characters."""

import importlib
import json
import pkgutil
import re

import pytest

import order_projector
from order_projector.settings import described, json_escaped, one_line, shown, shown_lines
from order_projector.settings.shown import LONGEST_TEXT, LONGEST_TRACEBACK

HOSTILE = {
    "\x1b[2J": "\\x1b[2J",
    "\x9b1m": "\\x9b1m",
    "a\nb\tc": "a\\nb\\tc",
    "\u202eevil\u202c": "\\u202eevil\\u202c",
    "\u2066x\u2069": "\\u2066x\\u2069",
    "\u2028\u2029": "\\u2028\\u2029",
    "\ud800": "\\ud800",
    "\U000e0001": "\\U000e0001",
}
LENGTHS = (0, 999, 1_000, 1_001, 10_000, 1_000_000)


@pytest.mark.parametrize(("text", "escaped"), HOSTILE.items(), ids=ascii)
def test_what_is_not_printable_is_escaped(text: str, escaped: str) -> None:
    assert shown(text) == escaped


def test_letters_of_any_language_and_pictures_are_shown_as_they_are() -> None:
    assert shown("Grüße, 注文, заказ, 🛒 [bold]") == "Grüße, 注文, заказ, 🛒 [bold]"


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("character", ["a", "\x1b", "\ud800", "\U000e0001", "\n", " "])
def test_no_text_is_shown_longer_than_the_bound(character: str, length: int) -> None:
    assert len(shown(character * length)) <= LONGEST_TEXT
    assert len(one_line(character * length)) <= LONGEST_TEXT
    assert len(shown_lines(character * length)) <= LONGEST_TRACEBACK


def test_of_a_text_that_is_too_long_the_length_the_beginning_and_the_end_are_shown() -> None:
    escaped = shown("begin" + "x" * 5_000 + "end", 60)
    assert escaped.startswith("beginx")
    assert " ... (5,008 characters) ... " in escaped
    assert escaped.endswith("xend")


def test_an_exception_is_described_without_the_object_it_was_raised_over() -> None:
    with pytest.raises(UnicodeDecodeError) as caught:
        (b"\xff" * 300_000).decode()
    assert described(caught.value) == (
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
    )
    assert described(TimeoutError()) == "TimeoutError"


def test_of_a_traceback_with_a_long_line_the_other_lines_are_kept() -> None:
    escaped = shown_lines(f"Traceback\n  File x\nValueError: {'y' * 10_000}\n\nDuring handling")
    lines = escaped.split("\n")
    assert (lines[0], lines[1], lines[4]) == ("Traceback", "  File x", "During handling")
    assert len(lines[2]) <= LONGEST_TEXT


@pytest.mark.parametrize("text", [*HOSTILE, "plain", "\x7f\xa0", "\U000e0001\u202e\x85"], ids=ascii)
def test_escaped_json_is_the_same_json(text: str) -> None:
    written = json.dumps({text: [text]}, ensure_ascii=False, indent=1)
    escaped = json_escaped(written)
    assert json.loads(escaped) == {text: [text]}
    assert escaped.replace("\n", "").isprintable()


def expressions() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    """Return every regular expression that a module of the product holds."""
    found = {}
    for module in pkgutil.walk_packages(order_projector.__path__, "order_projector."):
        if module.name != "order_projector.__main__":
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern):
                    found[f"{module.name}.{name}"] = value
    return found


PIECES = (
    "a",
    "0",
    " ",
    "://",
    "a:",
    "@",
    "[SSL",
    "[SSL ",
    " (_ssl.c:1",
    ", full error: ",
    "Timeout: ",
    "alert certificate ",
    "[Error 1",
    "1970-01-01T00:00:00.",
    "00-",
    "\n",
)


def test_no_regular_expression_of_the_product_takes_longer_than_a_text_is() -> None:
    """With overlapping quantifiers, one would not end: each text has a million characters."""
    known = expressions()
    assert "order_projector.settings.secrets._URI" in known
    for expression in known.values():
        for piece in PIECES:
            text: str | bytes = piece * (1_000_000 // len(piece))
            if isinstance(expression.pattern, bytes):
                text = str(text).encode()
            expression.search(text)  # type: ignore[arg-type]  # of the pattern's own kind
            expression.fullmatch(text)  # type: ignore[arg-type]
