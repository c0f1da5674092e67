"""Where a long command was when it ended, in a file of the user's: `--resume` goes on there."""

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from order_projector.settings import Settings, masked

SAVE_EVERY: Final = 5.0
"""Seconds between two saves; the end is always saved."""


class NothingToResume(Exception):
    """No run of this command on this database has ended before its end."""


@dataclass(slots=True)
class Checkpoint:
    """The last id that a command has done, and what it has counted up to there.

    Where it cannot be saved, as on a disk that is full or read-only, the command goes on: its work
    is worth more than the place to continue it. ``why_unsaved`` then says why.
    """

    file: Path
    last: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    why_unsaved: str | None = field(default=None, init=False)
    _saved: float = field(default_factory=time.monotonic)

    def reach(self, order_id: str, counts: Mapping[str, int]) -> None:
        """Note that everything up to this id is done; save it now and then."""
        self.last, self.counts = order_id, dict(counts)
        if time.monotonic() - self._saved > SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Write the file, or note why that is not possible."""
        if self.last is None:
            return
        self._saved = time.monotonic()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            new = self.file.with_suffix(".new")
            new.write_text(json.dumps({"last": self.last, "counts": self.counts}))
            new.replace(self.file)
        except OSError as error:
            self.why_unsaved = error.strerror
        else:
            self.why_unsaved = None

    def forget(self) -> None:
        """Remove the file, if that is possible: the command has come to its end."""
        with suppress(OSError):
            self.file.unlink()


def new_checkpoint(settings: Settings, command: str) -> Checkpoint:
    """Return a checkpoint at the beginning, of a command on the database of these settings."""
    place = f"{masked(settings.mongodb_uri)} {settings.mongodb_database}"
    name = blake2b(place.encode(), digest_size=6).hexdigest()
    return Checkpoint(_state_home() / "order-projector" / f"{command}-{name}.json")


def saved_checkpoint(settings: Settings, command: str) -> Checkpoint:
    """Return the checkpoint of the last run. Raises `NothingToResume`."""
    checkpoint = new_checkpoint(settings, command)
    try:
        saved: Any = json.loads(checkpoint.file.read_text())
        checkpoint.last, checkpoint.counts = str(saved["last"]), dict(saved["counts"])
    except (OSError, ValueError, KeyError, TypeError):
        raise NothingToResume(f"--resume: no {command} of this database was stopped") from None
    return checkpoint


def _state_home() -> Path:
    if given := os.environ.get("XDG_STATE_HOME"):
        return Path(given)
    try:
        home = Path.home()
    except RuntimeError:  # a container's user need not have one
        home = Path("/")
    return home / ".local" / "state"
