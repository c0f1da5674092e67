"""Everything that the commands on dead letters need: their topic, their record, a dry run."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from order_projector.adapters.kafka.reading import LogReader, partitions_of, reading
from order_projector.adapters.kafka.topics import opened
from order_projector.adapters.mongo import MongoStore
from order_projector.adapters.mongo.audit import MongoAudit
from order_projector.adapters.mongo.dead_letters import MongoHandlingRecord
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.operations.audit import AuditEntry, Operator, current_operator, record
from order_projector.operations.dead_letters.judging import Verdict, judge
from order_projector.operations.dead_letters.letters import Letter, read_letter
from order_projector.operations.dead_letters.listing import (
    LetterFilter,
    ListedLetter,
    listed_letters,
)
from order_projector.operations.dead_letters.replaying import Handler, NotHandled, now
from order_projector.operations.services import database
from order_projector.projection.dry_run import DryRun
from order_projector.projection.folding import Threads
from order_projector.projection.handling import HandlingRecord
from order_projector.projection.ports import Coordinates, Partition, Record
from order_projector.settings import Settings

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """Lists, shows, replays and discards. Every method raises `Unavailable`."""

    settings: Settings
    reader: LogReader
    partitions: list[Partition]
    store: MongoStore
    record: HandlingRecord
    operator: Operator
    dry_run: DryRun

    async def find(
        self, wanted: LetterFilter, progress: Callable[[int], None]
    ) -> Sequence[ListedLetter]:
        """Return the letters without their values, oldest first."""
        return await listed_letters(self.reader, self.partitions, wanted, self.record, progress)

    def state(self, listed: ListedLetter) -> str:
        """Return how far a letter has been dealt with."""
        return listed.state(now(), self.operator)

    async def letter_at(self, place: Coordinates) -> ListedLetter | None:
        """Return the letter at a place; None if there is none."""
        ((_, found),) = [each async for each in self.letters_at([place])]
        return found

    async def letters_at(
        self, places: Sequence[Coordinates]
    ) -> AsyncIterator[tuple[Coordinates, ListedLetter | None]]:
        """Yield each place with its letter, if there is one: those without one last."""
        left = dict.fromkeys(places)
        known = [at for at in left if (at.topic, at.partition) in self.partitions]
        async for stored in self.reader.records_at(known):
            if (letter := read_letter(stored)) is not None:
                del left[stored.coordinates]
                yield stored.coordinates, ListedLetter(letter, await self.record.get(letter.id))
        for at in left:
            yield at, None

    async def event_of(self, letter: Letter) -> Record:
        """Return the event as it was; a value that was left out is read at its source.

        Raises `NotHandled` if it is gone there.
        """
        original = letter.original()
        if not letter.is_value_omitted or original.value is not None:
            return original
        source = (letter.source.topic, letter.source.partition)
        known = await partitions_of_topic(self.settings, letter.source.topic)
        found = await self.reader.record_at(letter.source) if source in known else None
        if found is None:
            raise NotHandled("its value was left out, and is gone at its source: give another one")
        return replace(found, coordinates=letter.source)

    async def verdict(self, letter: Letter, event: Record) -> Verdict:
        """Return what this release would make of the event."""
        return await judge(self.dry_run, event, letter.code)

    def handler(self) -> Handler:
        """Return what deals with letters in the name of this process's user."""
        return Handler(self.record, self.operator)

    async def audit(self, entry: AuditEntry) -> None:
        """Record what was done with letters."""
        await record(entry, MongoAudit(self.store.database), self.operator)


def handled_entry(
    command: str, places: Sequence[str], reason: str | None, uncertain: str | None = None
) -> AuditEntry | None:
    """Return the audit record of what was done with the letters at these places; None if nothing.

    ``uncertain`` is the place of one whose replay was begun, and perhaps sent, but not ended.
    """
    if not places and uncertain is None:
        return None
    named = ", ".join(places[:_MOST_NAMED])
    more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
    what: dict[str, Any] = {"letters": len(places), "places": named + more}
    if uncertain is not None:
        what["unacknowledged"] = uncertain
    return AuditEntry(command, what, reason)


@asynccontextmanager
async def letter_desk(settings: Settings) -> AsyncIterator[LetterDesk]:
    """Open the desk. Raises `Unavailable`, and `ConfigurationError` if the topic is missing."""
    partitions = await partitions_of(settings, "dead_letters_topic")
    async with AsyncExitStack() as exits:
        store = await exits.enter_async_context(database(settings))
        reader = await exits.enter_async_context(reading(settings))
        reads = partial(decode, limit=settings.event_limit)
        yield LetterDesk(
            settings,
            reader,
            partitions,
            store,
            MongoHandlingRecord(store.database, settings.dead_letters_topic),
            current_operator(),
            DryRun(store, reads, project_order, Threads(1)),
        )


async def partitions_of_topic(settings: Settings, topic: str) -> list[Partition]:
    """Return the partitions of a topic; none if it does not exist."""
    async with opened(settings) as admin:
        found = (await admin.cluster([topic])).topics.get(topic)
    return [] if found is None else [(topic, number) for number in range(found.partitions)]
