"""Send dead letters to their source topic again, or discard them, each once.

A replay is marked, sent, then marked as done. The marks are compare-and-set, so that of two people
at once one is too late. A replay that dies in between is interrupted, and can be repeated: facts
make a second copy harmless.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from order_projector.adapters.kafka.producer.publisher import Message
from order_projector.domain.clock import format_moment
from order_projector.operations.audit import Operator
from order_projector.operations.dead_letters.letters import REPLAYED_FROM, Letter
from order_projector.operations.dead_letters.listing import is_interrupted
from order_projector.operations.uninterrupted import uninterrupted
from order_projector.projection.handling import Handling, HandlingRecord, HandlingState
from order_projector.projection.ports import Coordinates, Record, Unavailable

SENT_WITHIN: Final = timedelta(seconds=120)
"""After that long, a replay of which no end is recorded counts as interrupted."""


class NotHandled(Exception):
    """A letter that is left as it is; the message says why, without its place."""


class PublishingOne(Protocol):
    """Publishes one message; returns its place, None if it is oversized. Raises `Unavailable`."""

    async def publish_one(self, message: Message) -> Coordinates | None: ...


def now() -> datetime:
    """Return the wall time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Handler:
    """Replays and discards letters in the name of an operator."""

    record: HandlingRecord
    operator: Operator
    clock: Callable[[], datetime] = now

    async def replay(
        self, publisher: PublishingOne, letter: Letter, event: Record, reason: str | None
    ) -> Coordinates:
        """Send the event of a letter, or the one that replaces it; return its new place.

        Raises `NotHandled` if somebody else deals or has dealt with the letter, and `Unavailable`;
        then the letter is interrupted.
        """
        mended = event.value != letter.record.value
        mark = self._handling(letter, HandlingState.REPLAYING, reason, mended)
        marked = await self._mark(replace(mark, until=mark.at + SENT_WITHIN))
        try:
            place = await publisher.publish_one(_message(letter, event))
            if place is None:
                raise NotHandled("it exceeds the size limit of messages")  # noqa: TRY301
            replayed = replace(
                marked,
                state=HandlingState.REPLAYED,
                number=marked.number + 1,
                until=None,
                new_place=place,
            )
            await uninterrupted(self.record.put(replayed, marked))
        except BaseException:
            await asyncio.shield(self._interrupt(marked))
            raise
        return place

    async def discard(self, letter: Letter, reason: str) -> None:
        """Record that a letter is not to be replayed. Raises as `replay`."""
        discarded = self._handling(letter, HandlingState.DISCARDED, reason, mended=False)
        await uninterrupted(self._mark(discarded))

    def check(self, handling: Handling | None) -> None:
        """Raise `NotHandled` if somebody deals or has dealt with the letter of this handling."""
        if handling is not None and not is_interrupted(handling, self.clock(), self.operator):
            raise NotHandled(said(handling))

    def _handling(
        self, letter: Letter, state: HandlingState, reason: str | None, mended: bool
    ) -> Handling:
        return Handling(
            letter=letter.id,
            number=1,
            state=state,
            at=self.clock(),
            user=self.operator.user,
            host=self.operator.host,
            process=os.getpid(),
            reason=reason,
            mended=mended,
        )

    async def _mark(self, handling: Handling) -> Handling:
        """Record the handling unless somebody else is dealing or has dealt with the letter."""
        before = await self.record.get(handling.letter)
        if before is not None:
            self.check(before)
            handling = replace(handling, number=before.number + 1)
        if not await self.record.put(handling, before):
            raise NotHandled("somebody else has just dealt with it")
        return handling

    async def _interrupt(self, marked: Handling) -> None:
        interrupted = replace(
            marked, state=HandlingState.INTERRUPTED, number=marked.number + 1, until=None
        )
        with suppress(Unavailable):
            await self.record.put(interrupted, marked)


def _message(letter: Letter, event: Record) -> Message:
    at = letter.record.coordinates
    replayed_from = f"{at.topic}:{at.partition}:{at.offset}".encode()
    headers = (*event.headers, (REPLAYED_FROM, replayed_from))
    return Message(letter.source.topic, event.key, event.value, headers)


def said(handling: Handling) -> str:
    """Say what was done with a letter, by whom and when."""
    by = f"{handling.user}@{handling.host} at {format_moment(handling.at)}"
    match handling.state:
        case HandlingState.REPLAYED:
            new = handling.new_place
            to = f" to {new.topic} {new.partition}:{new.offset}" if new else ""
            return f"it was replayed by {by}{to}"
        case HandlingState.DISCARDED:
            return f"it was discarded by {by}: {handling.reason}"
        case _:
            return f"it is being replayed by {by}"
