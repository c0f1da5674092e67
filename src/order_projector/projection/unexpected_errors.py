"""Report an unexpected error by its type and place, never by its text.

The text of an exception may contain an event or a document. Only the text of a `SafeError`, which
never does, is reported.
"""

import traceback
from pathlib import Path


class SafeError(Exception):
    """An error whose text contains nothing that was sent, stored or read."""


def describe_unexpected(error: BaseException) -> str:
    """Return the dead letter's message for an event that caused an unexpected error."""
    return f"could not be processed: {_kind_and_place(error)}"


def format_stack(error: BaseException) -> str:
    """Return the error for the log: its type and the stack, innermost call last."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    return f"{_kind_and_place(error)}\n{''.join(frames)}".rstrip()


def _kind_and_place(error: BaseException) -> str:
    kind = type(error).__name__
    if isinstance(error, SafeError):
        return f"{kind}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return kind
    last = frames[-1]
    return f"{kind} in {Path(last.filename).name}, line {last.lineno}"
