"""End a command whose standard output takes no more: with one line, or silently."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any

from order_projector.cli.errors import print_error
from order_projector.cli.running import ExitCode


class _OutputEndedError(OSError):
    """Standard output takes no more; it has no number, which would make it an error of a file."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(f"standard output: {reason.strerror}")
        self.reason = reason


class _Watched(FileIO):
    """Standard output, whose errors are distinguished from those of other files and connections."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise _OutputEndedError(error) from None


@contextmanager
def ending_with_standard_output() -> Iterator[None]:
    """Exit once standard output takes no more: with 0 if its reader has closed it, else with 2."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout = _watched(sys.stdout)
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except _OutputEndedError as ended:
        _drop_the_rest()
        sys.exit(_code(ended))


def _watched(output: TextIOWrapper) -> TextIOWrapper:
    file = _Watched(output.fileno(), "wb", closefd=False)
    is_buffered = isinstance(output.buffer, BufferedWriter)  # it is not with PYTHONUNBUFFERED
    return TextIOWrapper(
        BufferedWriter(file) if is_buffered else file,
        encoding=output.encoding,
        errors=output.errors,
        line_buffering=output.line_buffering,
        write_through=output.write_through,
    )


def _drop_the_rest() -> None:
    """Let the interpreter not try it again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _code(ended: _OutputEndedError) -> ExitCode:
    if isinstance(ended.reason, BrokenPipeError):
        return ExitCode.DONE
    print_error(ended)
    return ExitCode.WRONG_USE
