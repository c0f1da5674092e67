"""The file that `--output` names: it gets its name, or its new content, only once it is whole."""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from order_projector.cli.running import WrongUse

_MODE_OF_NEW_FILES: Final = 0o666  # less the umask
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class _New:
    """A file that does not exist yet."""

    file: Path


@dataclass(frozen=True, slots=True)
class _Existing:
    """A regular file, which keeps its mode."""

    file: Path
    mode: int


@dataclass(frozen=True, slots=True)
class _Stream:
    """A device or a named pipe: it cannot be replaced, only written."""

    file: Path


@contextmanager
def whole_file(output: Path) -> Iterator[IO[bytes]]:
    """Yield a file to write; what is at ``output`` is replaced at the end, if there is one.

    Raises `WrongUse` if it cannot be written; a folder is known before anything is written.
    """
    try:
        match _target(output):
            case _Stream(file):
                with file.open("wb") as stream:
                    yield stream
            case target:
                with _replacing(target) as part:
                    yield part
    except OSError as error:
        raise WrongUse(f"--output: {output}: {error.strerror}") from None


def _target(output: Path) -> _New | _Existing | _Stream:
    try:
        mode = output.stat().st_mode
    except FileNotFoundError:
        return _New(output.resolve())
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISREG(mode):
        return _Existing(output.resolve(), stat.S_IMODE(mode))
    return _Stream(output)


@contextmanager
def _replacing(target: _New | _Existing) -> Iterator[IO[bytes]]:
    part = target.file.with_name(f".order-projector-{secrets.token_hex(8)}.part")
    with os.fdopen(os.open(part, _NEW, _mode(target)), "wb") as file:
        try:
            if isinstance(target, _Existing):
                os.fchmod(file.fileno(), target.mode)  # whatever the umask
            yield file
            file.flush()
            part.replace(target.file)
        except BaseException:
            part.unlink()
            raise


def _mode(target: _New | _Existing) -> int:
    match target:
        case _New():
            return _MODE_OF_NEW_FILES
        case _Existing(mode=mode):
            return mode & _MODE_OF_NEW_FILES
