"""Properties of decoding that hold for every input."""

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
"""The most function calls that decoding may make: a constant, plus some for each byte."""

FOLD_CALLS_PER_BYTE = 2
"""The same limit per byte for the fold of an order of which only that event is known."""

_MEMBERS = ("id", "type", "created_at", "time", "event.id", "event.type", "event.created_at")
_HEADERS = ("header ce_id", "header ce_type", "header ce_time")


def label(outcome: Outcome) -> str:
    """Return the outcome's name; for a rejection, its code."""
    match outcome:
        case Accepted():
            return ACCEPTED
        case Skipped():
            return SKIPPED
        case Rejected(code=code):
            return code.value


def violation(case: Case) -> tuple[str, str | None]:
    """Return the name of an input's outcome, and what is wrong with it, if anything."""
    with counted() as calls:
        try:
            outcome = decoding.decode(case.value, case.headers)
        except Exception as error:  # decoding must never raise, whatever the error
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
    """Return what is wrong with the cost of folding this event alone, if anything."""
    with counted() as calls:
        fold(facts)
    if calls() > CALLS_ALWAYS + FOLD_CALLS_PER_BYTE * size:
        return f"{calls()} calls to fold {size} bytes"
    return None


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """Count calls of Python and C functions; yield a function that returns their number."""
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
    """Return what is wrong with the message of a rejection, if anything."""
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
    """Return whether the path in a message leads to a value, or to a missing member of one."""
    if any(message.startswith(f"{name}: ") for name in ("value", "data", *_MEMBERS, *_HEADERS)):
        return True
    if not message.startswith("data"):
        return False
    if isinstance(document, dict):
        return _leads(message.removeprefix("data"), document.get("data", document))
    return document is None or (document == [] and _leads(message.removeprefix("data"), {}))


def _leads(path: str, value: Any) -> bool:
    """Return whether a path leads from a value to one inside it, or to a missing member of one."""
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
