"""Where a long command was when it ended, in a file of the user's: `--resume` continues there."""

import json
import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from order_projector.settings import Settings, masked

_log: Final = logging.getLogger("order_projector.resumption")

SAVE_EVERY: Final = 5.0
"""Seconds between two saves; the end is always saved."""


class NothingToResume(Exception):
    """No run of this command on this database has ended before its end."""


@dataclass(slots=True)
class Checkpoint:
    """The last id that a command has done, and what it has counted up to there.

    Without a ``file`` nothing is kept. A file that cannot be written, as on a read-only file
    system, is one warning: it must not end the command.
    """

    file: Path | None
    last: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    is_kept: bool = False
    """Whether the file says where the command is, as of its last save."""
    _saved: float = field(default_factory=time.monotonic)
    _is_warned: bool = False

    def reach(self, order_id: str, counts: Mapping[str, int]) -> None:
        """Note that everything up to this id is done; save it now and then."""
        self.last, self.counts = order_id, dict(counts)
        if time.monotonic() - self._saved > SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Write the file, if possible."""
        if self.last is None or self.file is None:
            return
        self._saved = time.monotonic()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            new = self.file.with_suffix(".new")
            new.write_text(json.dumps({"last": self.last, "counts": self.counts}))
            new.replace(self.file)
        except OSError as error:
            self.is_kept = False
            self._warn(error)
        else:
            self.is_kept = True

    def forget(self) -> None:
        """Remove the file: the command has finished."""
        self.is_kept = False
        if self.file is not None:
            with suppress(OSError):  # what cannot be written has not been
                self.file.unlink(missing_ok=True)

    def _warn(self, error: OSError) -> None:
        if self._is_warned:
            return
        self._is_warned = True
        reason = f"XDG_STATE_HOME: {self.file}: {error.strerror}"
        _log.warning("--resume will not continue from here: %s", reason)


def new_checkpoint(settings: Settings, command: str) -> Checkpoint:
    """Return a checkpoint at the beginning, of a command on the database of these settings."""
    place = f"{masked(settings.mongodb_uri)} {settings.mongodb_database}"
    name = blake2b(place.encode(), digest_size=6).hexdigest()
    home = _state_home()
    file = None if home is None else home / "order-projector" / f"{command}-{name}.json"
    return Checkpoint(file)


def _state_home() -> Path | None:
    """Return the folder for what programs keep of a user; None where the user has no home."""
    if named := os.environ.get("XDG_STATE_HOME"):
        return Path(named)
    try:
        return Path.home() / ".local" / "state"
    except RuntimeError:
        return None


def saved_checkpoint(settings: Settings, command: str) -> Checkpoint:
    """Return the checkpoint of the last run. Raises `NothingToResume`."""
    checkpoint = new_checkpoint(settings, command)
    try:
        saved: Any = None if checkpoint.file is None else json.loads(checkpoint.file.read_text())
        checkpoint.last, checkpoint.counts = str(saved["last"]), dict(saved["counts"])
    except (OSError, ValueError, KeyError, TypeError):
        raise NothingToResume(f"--resume: no {command} of this database was stopped") from None
    return checkpoint
