"""What must hold of decoding, whatever the input."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from order_projector.domain.facts import Fact
from order_projector.domain.fold import fold
from order_projector.events import decode as decoding
from order_projector.events.outcome import Accepted, Outcome, Rejected, Skipped
from tests.fuzz.decoding.cases import ACCEPTED, SKIPPED, Case

CALLS_ALWAYS, CALLS_PER_BYTE = 5_000, 4
"""The most calls of functions that decoding may take: some, and some for each byte."""

FOLD_CALLS_PER_BYTE = 2
"""The same of the fold of an order of which only that event is known."""

_MEMBERS = ("id", "type", "created_at", "time", "event.id", "event.type", "event.created_at")
_HEADERS = ("header ce_id", "header ce_type", "header ce_time")


def label(outcome: Outcome) -> str:
    """The outcome in one word: the code, where it is rejected."""
    match outcome:
        case Accepted():
            return ACCEPTED
        case Skipped():
            return SKIPPED
        case Rejected(code=code):
            return code.value


def violation(case: Case) -> tuple[str, str | None]:
    """The outcome of one input in one word, and what is wrong with it, if anything."""
    with counted() as calls:
        try:
            outcome = decoding.decode(case.value, case.headers)
        except Exception as error:  # whatever it is, decoding has promised not to
            return "raised", f"raises {type(error).__name__}: {error}"[:300]
    found = label(outcome)
    if found not in case.allowed:
        detail = f": {outcome.message}" if isinstance(outcome, Rejected) else ""
        return found, f"{found}{detail}; right is {', '.join(sorted(case.allowed))}"
    size = len(case.value or b"") + sum(len(name) + len(held or b"") for name, held in case.headers)
    if calls() > CALLS_ALWAYS + CALLS_PER_BYTE * size:
        return found, f"{calls()} calls for {size} bytes"
    match outcome:
        case Rejected(message=message):
            return found, _fault_of_message(message, case)
        case Accepted(facts=facts):
            return found, _fault_of_fold(facts, size)
    return found, None


def _fault_of_fold(facts: Sequence[Fact], size: int) -> str | None:
    """What is wrong with the cost of an order of which only this event is known."""
    with counted() as calls:
        fold(facts)
    if calls() > CALLS_ALWAYS + FOLD_CALLS_PER_BYTE * size:
        return f"{calls()} calls to fold {size} bytes"
    return None


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """Count the calls of Python's and of C's functions."""
    calls = 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls
        del frame
        if event in ("call", "c_call"):
            calls += 1

    sys.setprofile(count)
    try:
        yield lambda: calls
    finally:
        sys.setprofile(None)


def _fault_of_message(message: str, case: Case) -> str | None:
    """What is wrong with the message of a rejection."""
    try:
        message.encode()
    except UnicodeEncodeError:
        return f"the message holds a lone surrogate: {message!r}"
    if not message.isprintable() or len(message) > 5_000:
        return f"the message is no line of text: {message!r}"[:300]
    if case.place is not None and not _begins(message, case.place):
        return f"names {message[:200]!r}; right is {case.place}"
    if not names_a_field(message, case.document):
        return f"names a field that does not exist: {message[:200]!r}"
    return None


def _begins(message: str, place: str) -> bool:
    return message.startswith(place) and message[len(place) : len(place) + 1] in (":", ".", "[")


def names_a_field(message: str, document: Any) -> bool:
    """Whether the path in front of the reason leads to a value, or to one missing in its holder."""
    if any(message.startswith(f"{name}: ") for name in ("value", "data", *_MEMBERS, *_HEADERS)):
        return True
    if not message.startswith("data"):
        return False
    if isinstance(document, dict):
        return _leads(message.removeprefix("data"), document.get("data", document))
    return document is None or (document == [] and _leads(message.removeprefix("data"), {}))


def _leads(path: str, value: Any) -> bool:
    """Whether a path leads from a value to another, or past it by one missing member."""
    if path.startswith(": "):
        return True
    match value:
        case []:
            return _leads_into(path[1:], {}) if path.startswith(".") else False
        case list() if path.startswith("["):
            number, _, rest = path[1:].partition("]")
            exists = number.isdecimal() and int(number) < len(value)
            return exists and _leads(rest, value[int(number)])
        case dict() if path.startswith("."):
            return _leads_into(path[1:], value)
        case _:
            return False


def _leads_into(path: str, value: dict[str, Any]) -> bool:
    for name, member in value.items():
        shown = _shown(name)
        if path.startswith(shown) and _leads(path[len(shown) :], member):
            return True
    missing, colon, _ = path.partition(": ")
    return bool(colon) and missing.isidentifier() and missing not in value


def _shown(name: str) -> str:
    cut = name if len(name) <= 64 else f"{name[:64]}..."
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in cut
    )
