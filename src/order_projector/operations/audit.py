"""Who did what by hand: one line in the log, and one document in the collection `audit`.

An entry says when, who, what and why, and never holds an event's data.
"""

import getpass
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from order_projector.projection.ports import Unavailable
from order_projector.projection.unexpected_errors import SafeError

_log: Final = logging.getLogger("order_projector.audit")


class AuditRecord(Protocol):
    """Where the entries are kept."""

    async def add(self, entry: Mapping[str, Any]) -> None:
        """Append an entry. Raises `Unavailable` if that is not possible now."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this process: a user of the operating system, on a host."""

    user: str
    host: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What was done: the command, what it was done to, and the reason, if one was given.

    ``what`` holds names, places and numbers only. ``app_id`` is set if a client of the API did it.
    """

    command: str
    what: Mapping[str, Any]
    reason: str | None = None
    app_id: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


def current_operator() -> Operator:
    """Return the user and the host of this process."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = str(os.getuid())
    return Operator(user, socket.gethostname())


async def record(entry: AuditEntry, kept: AuditRecord | None, operator: Operator) -> None:
    """Log the entry and keep it; if the record cannot be kept, say so in a warning.

    The action is done by now: what fails here must not make it look undone.
    """
    said = ", ".join(f"{name}: {value}" for name, value in entry.what.items())
    why = f", because: {entry.reason}" if entry.reason else ""
    _log.warning("%s by %s: %s%s", entry.command, entry.app_id or operator, said, why)
    if kept is not None:
        await keep(entry, kept, operator)


@asynccontextmanager
async def recorded(
    done: Callable[[], AuditEntry | None], record_it: Callable[[AuditEntry], Awaitable[None]]
) -> AsyncIterator[None]:
    """Record what is done inside, however that ends: stopped, or with an error.

    ``done`` is asked at the end; it returns None if nothing was done.
    """
    try:
        yield
    finally:
        if (entry := done()) is not None:
            await record_it(entry)


async def keep(entry: AuditEntry, kept: AuditRecord, operator: Operator) -> None:
    """Keep an entry that is in the log already; if that is not possible, say so in a warning."""
    try:
        await kept.add(_document(entry, operator))
    except (Unavailable, SafeError) as error:
        _log.warning("the audit record of %s is not kept: %s", entry.command, error)


def _document(entry: AuditEntry, operator: Operator) -> dict[str, Any]:
    return {
        "at": entry.at,
        "user": operator.user,
        "host": operator.host,
        "app_id": entry.app_id,
        "command": entry.command,
        "what": dict(entry.what),
        "reason": entry.reason,
    }
