"""Replay many letters, one after the other: each on its own, whatever becomes of the others."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto

from order_projector.operations.dead_letters.desk import LetterDesk, partitions_of_topic
from order_projector.operations.dead_letters.letters import Letter
from order_projector.operations.dead_letters.replaying import NotHandled, PublishingOne, said
from order_projector.projection.ports import Coordinates, Record


class Rejected(Enum):
    """What to do with a letter that this release would reject again."""

    KEEP = auto()
    SEND = auto()


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """How to replay: the value that replaces the letter's, if any, and what may be sent."""

    value: bytes | None = None
    rejected: Rejected = Rejected.KEEP
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """What became of one letter: its new place, or why it was left as it is.

    ``becomes`` says what this release makes of the event.
    """

    place: str
    becomes: str
    new_place: Coordinates | None = None
    refusal: str | None = None


@dataclass(slots=True)
class Replays:
    """Replays letters by their places. Raises `Unavailable`.

    ``uncertain`` is the place of the letter whose replay is begun, and perhaps sent.
    """

    desk: LetterDesk
    plan: ReplayPlan
    uncertain: str | None = None

    async def send(
        self, places: Iterable[Coordinates], publisher: PublishingOne
    ) -> AsyncIterator[ReplayOutcome]:
        """Replay the letter at each place."""
        topics = dict[str, bool]()
        handler = self.desk.handler()
        async for letter, event, outcome in self._tried(places):
            if letter is None or event is None or outcome.refusal is not None:
                yield outcome
                continue
            topic = letter.source.topic
            if topic not in topics:
                topics[topic] = bool(await partitions_of_topic(self.desk.settings, topic))
            try:
                if not topics[topic]:
                    raise NotHandled(f"its source topic {topic} does not exist")  # noqa: TRY301
                self.uncertain = outcome.place
                new = await handler.replay(publisher, letter, event, self.plan.reason)
            except NotHandled as no:
                ended = replace(outcome, refusal=str(no))
            else:
                ended = replace(outcome, new_place=new)
            self.uncertain = None
            yield ended

    async def rehearse(self, places: Iterable[Coordinates]) -> AsyncIterator[ReplayOutcome]:
        """Say what would become of each letter, without a mark and without sending it."""
        async for _, _, outcome in self._tried(places):
            yield outcome

    async def _tried(
        self, places: Iterable[Coordinates]
    ) -> AsyncIterator[tuple[Letter | None, Record | None, ReplayOutcome]]:
        async for at, listed in self.desk.letters_at(list(places)):
            place = f"{at.partition}:{at.offset}"
            if listed is None:
                yield None, None, ReplayOutcome(place, "", refusal="no such dead letter")
                continue
            letter = listed.letter
            if listed.handling is not None and listed.handling.is_done:
                yield letter, None, ReplayOutcome(place, "", refusal=said(listed.handling))
                continue
            try:
                event = await self._event(letter)
            except NotHandled as no:
                yield letter, None, ReplayOutcome(place, "", refusal=str(no))
                continue
            verdict = await self.desk.verdict(letter, event)
            refusal = verdict.outcome if self._is_kept(verdict.rejection) else None
            yield letter, event, ReplayOutcome(place, verdict.outcome, refusal=refusal)

    def _is_kept(self, rejection: str | None) -> bool:
        return rejection is not None and self.plan.rejected is Rejected.KEEP

    async def _event(self, letter: Letter) -> Record:
        if self.plan.value is not None:
            return replace(letter.original(), value=self.plan.value)
        return await self.desk.event_of(letter)
