"""Find dead letters, and how far each has been dealt with."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from order_projector.adapters.kafka.reading import LogReader
from order_projector.domain.clock import parse_time
from order_projector.operations.audit import Operator
from order_projector.operations.dead_letters.letters import Letter, read_letter
from order_projector.projection.handling import (
    Handling,
    HandlingRecord,
    HandlingState,
    LetterId,
)
from order_projector.projection.ports import Partition


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters to find; ``since`` is in milliseconds, ``topic`` the source topic."""

    code: str | None = None
    since: int | None = None
    topic: str | None = None

    def matches(self, letter: Letter) -> bool:
        """Whether the letter is meant."""
        return (
            self.code in {None, letter.code}
            and self.topic in {None, letter.source.topic}
            and (self.since is None or failed_after(letter, self.since))
        )


def failed_after(letter: Letter, since: int) -> bool:
    """Whether the letter failed at that time (milliseconds) or later."""
    with suppress(ValueError):
        return parse_time(letter.failed_at) >= since
    return letter.record.timestamp >= since


@dataclass(frozen=True, slots=True)
class ListedLetter:
    """A letter, and what was done with it."""

    letter: Letter
    handling: Handling | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be dealt with."""
        return self.handling is None or not self.handling.is_done

    def state(self, now: datetime, operator: Operator) -> str:
        """Return `open`, or how far the handling is."""
        if self.handling is None:
            return "open"
        if is_interrupted(self.handling, now, operator):
            return HandlingState.INTERRUPTED
        return self.handling.state


def is_interrupted(handling: Handling, now: datetime, operator: Operator) -> bool:
    """Whether a replay was begun and has not ended.

    It may still run: on this host, its process says so; on another one, its time does.
    """
    match handling.state:
        case HandlingState.INTERRUPTED:
            return True
        case HandlingState.REPLAYING:
            is_over = handling.until is not None and now > handling.until
            return is_over or (handling.host == operator.host and not _is_alive(handling.process))
        case _:
            return False


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True


async def matching_letters(
    reader: LogReader,
    partitions: list[Partition],
    wanted: LetterFilter,
    progress: Callable[[int], None],
) -> AsyncIterator[Letter]:
    """Yield the letters of the topic up to its present end. Raises `Unavailable`."""
    async for record in reader.read(await reader.spans(partitions)):
        progress(1)
        letter = read_letter(record)
        if letter is not None and wanted.matches(letter):
            yield letter


async def listed_letters(
    reader: LogReader,
    partitions: list[Partition],
    wanted: LetterFilter,
    record: HandlingRecord,
    progress: Callable[[int], None],
) -> list[ListedLetter]:
    """Return the letters without their values, oldest first. Raises `Unavailable`."""
    handled: Mapping[LetterId, Handling] = await record.find()
    found = [
        ListedLetter(_without_value(letter), handled.get(letter.id))
        async for letter in matching_letters(reader, partitions, wanted, progress)
    ]
    return sorted(found, key=_age)


def _without_value(letter: Letter) -> Letter:
    """Return the letter as it can be kept in memory, however many there are."""
    return replace(letter, record=replace(letter.record, value=None))


def _age(listed: ListedLetter) -> tuple[str, LetterId]:
    return listed.letter.failed_at, listed.letter.id
