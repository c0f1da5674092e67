"""What operators have done with dead letters: the record of it, and its port.

A letter is known by its place and by when it failed: a topic that is made again repeats its
offsets. A letter without a record is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from order_projector.projection.ports import Coordinates


class HandlingState(StrEnum):
    """How far the handling of a letter is.

    REPLAYING: it is marked and perhaps sent. INTERRUPTED: a replay has ended between the two, and
    it is not known whether the letter was sent. REPLAYED and DISCARDED are final.
    """

    REPLAYING = "replaying"
    INTERRUPTED = "interrupted"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, order=True)
class LetterId:
    """What a letter is known by."""

    place: Coordinates
    failed_at: str


@dataclass(frozen=True, slots=True)
class Handling:
    """What was done with a letter, when, by whom and why.

    ``number`` grows with every change. ``process`` is the id of the process on ``host``, and
    ``until`` when a replay that has not ended by then counts as interrupted. ``new_place`` is that
    of a replayed letter in its source topic; ``mended`` says that its value was replaced.
    """

    letter: LetterId
    number: int
    state: HandlingState
    at: datetime
    user: str
    host: str
    process: int
    until: datetime | None = None
    reason: str | None = None
    mended: bool = False
    new_place: Coordinates | None = None

    @property
    def is_done(self) -> bool:
        """Whether the letter has been dealt with."""
        return self.state in {HandlingState.REPLAYED, HandlingState.DISCARDED}


class HandlingRecord(Protocol):
    """Keeps what was done with the letters of one topic. Every method raises `Unavailable`."""

    async def find(self) -> Mapping[LetterId, Handling]:
        """Return all, read from a majority."""

    async def get(self, letter: LetterId) -> Handling | None:
        """Return that of one letter."""

    async def put(self, handling: Handling, before: Handling | None) -> bool:
        """Compare-and-set: keep it in the place of ``before``; return False if another was kept.

        ``before`` is None for a letter without a record.
        """
