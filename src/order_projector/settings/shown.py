"""Text of others as people may see it: in one line, of bounded length, without control characters.

An event, a header, a library's message and an exception's can be of any length and hold anything
that a terminal obeys. Every text of that kind passes through here before it is shown.
"""

import codecs
from typing import Final

_ESCAPED: Final = codecs.getencoder("unicode_escape")
"""Loaded now: it is a file, and running out of file descriptors must be reportable, too."""

LONGEST_TEXT: Final = 1_000
"""Characters of one text: a message, a reason, a field of a log line."""
LONGEST_EVENT: Final = 4_000
"""Characters of the sentence of a log line."""
LONGEST_TRACEBACK: Final = 16_000
"""Characters of a traceback in a log line."""


def shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text in one line, no longer than `longest` characters, control characters escaped.

    What is not printable is shown as Python would write it: `\\x1b`, `\\u202e`, `\\ud800`. Of a
    text that is too long, the beginning and the end are shown.
    """
    if len(text) <= longest and len(escaped := _printable(text)) <= longest:
        return escaped
    gap, head, tail = _parts(text, longest)
    end = _printable(text[len(text) - tail :])
    return f"{_printable(text[:head])[:head]}{gap}{end[len(end) - tail :]}"


def one_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """As `shown`, each run of white space as one space."""
    return shown(" ".join(text.split()), longest)


def described(error: BaseException, longest: int = LONGEST_TEXT) -> str:
    """Kind and reason of an exception. Its `repr` can hold all that it was raised over."""
    return one_line(f"{type(error).__name__}: {error}".removesuffix(": "), longest)


def shown_lines(text: str, longest: int = LONGEST_TRACEBACK) -> str:
    """As `shown`, but line by line: for tracebacks. Each line is bounded, and so is their sum."""
    return _shortened("\n".join(map(shown, _shortened(text, 4 * longest).split("\n"))), longest)


def json_escaped(text: str) -> str:
    """The same JSON, with what a terminal could obey in JSON's own escapes.

    Outside of its strings JSON has no character of this kind but line breaks and tabs.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in "\n\t" else _json_escape(each) for each in text
    )


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escape(each) for each in text)


def _escape(character: str) -> str:
    return _ESCAPED(character)[0].decode()


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{int.from_bytes(units[at : at + 2]):04x}" for at in range(0, len(units), 2))


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    gap, head, tail = _parts(text, longest)
    return f"{text[:head]}{gap}{text[len(text) - tail :]}"


def _parts(text: str, longest: int) -> tuple[str, int, int]:
    """What stands for the middle of the text, and the room that is left before and behind it."""
    gap = f" ... ({len(text):,} characters) ... "
    tail = max(0, longest - len(gap)) // 4
    return gap, max(0, longest - len(gap) - tail), tail
