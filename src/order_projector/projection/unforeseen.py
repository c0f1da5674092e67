"""What is told of an error that nobody has foreseen: what kind and where, never what it says.

The text of an exception may hold the event or the document that it was about.
"""

import traceback
from pathlib import Path


def unforeseen(error: BaseException) -> str:
    """What a dead letter says of an event that has met a mistake of ours."""
    return f"could not be processed: {_kind_and_place(error)}"


def stack_of(error: BaseException) -> str:
    """The error for the log: its kind, and the calls that led to it, the last one at the end."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    return f"{_kind_and_place(error)}\n{''.join(frames)}".rstrip()


def _kind_and_place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
