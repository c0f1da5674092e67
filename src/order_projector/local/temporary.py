"""A temporary folder that the next process removes if this one is killed before it can."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PREFIX: Final = "order-projector-local-"
LOCK: Final = "in-use"
"""A file that is locked for as long as the process lives: the kernel unlocks it, whatever ends."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that goes with the block; remove those of processes that are gone."""
    _remove_abandoned(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _claimed(folder):
            yield folder


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; it appears locked, so that no other process finds it free."""
    unlocked = folder / f"{LOCK}.new"
    with unlocked.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        unlocked.rename(folder / LOCK)
        yield


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Whether a process of this user has claimed the folder, and lives no more."""
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        return False
    with (folder / LOCK).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
