"""Foreign text made safe to display: one line, bounded length, no control characters.

Events, headers, and the messages of libraries and exceptions can be of any length and contain
terminal escape sequences. All such text passes through this module before it is shown.
"""

import codecs
from typing import Final

_ESCAPED: Final = codecs.getencoder("unicode_escape")
"""Loaded on import: Python reads a codec from a file on first use, which would fail when the
process has run out of file descriptors, and that error must be reportable."""

LONGEST_TEXT: Final = 1_000
"""Maximum characters of one text: a message, a reason, a field of a log line."""
LONGEST_EVENT: Final = 4_000
"""Maximum characters of the message of a log line."""
LONGEST_TRACEBACK: Final = 16_000
"""Maximum characters of a traceback in a log line."""


def shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return the text in one line of at most `longest` characters, control characters escaped.

    Characters that are not printable are escaped as in Python: `\\x1b`, `\\u202e`, `\\ud800`.
    If the text is too long, its beginning and its end are kept.
    """
    if len(text) <= longest and len(escaped := _printable(text)) <= longest:
        return escaped
    gap, head, tail = _parts(text, longest)
    end = _printable(text[len(text) - tail :])
    return f"{_printable(text[:head])[:head]}{gap}{end[len(end) - tail :]}"


def one_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return the text as `shown` does, with each run of white space collapsed to one space."""
    return shown(" ".join(text.split()), longest)


def described(error: BaseException, longest: int = LONGEST_TEXT) -> str:
    """Return the type and message of an exception; its `repr` could include whole inputs."""
    return one_line(f"{type(error).__name__}: {error}".removesuffix(": "), longest)


def shown_lines(text: str, longest: int = LONGEST_TRACEBACK) -> str:
    """Apply `shown` to each line, as for a traceback; each line and the total are bounded."""
    return _shortened("\n".join(map(shown, _shortened(text, 4 * longest).split("\n"))), longest)


def json_escaped(text: str) -> str:
    """Return equivalent JSON with all characters that are not printable in JSON's own escapes.

    Outside strings, JSON allows no such characters except line breaks and tabs, which are kept.
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
    """Return the marker that replaces the middle, and how much to keep before and after it."""
    gap = f" ... ({len(text):,} characters) ... "
    tail = max(0, longest - len(gap)) // 4
    return gap, max(0, longest - len(gap) - tail), tail
