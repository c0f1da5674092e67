"""Check the answers to the clients of the API against what the run left behind."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from order_projector.projection.document import MERGED_INTO, STATE_KEY
from tests.faults.api.client import MARK
from tests.faults.api.journal import (
    Accepted,
    Answer,
    Fields,
    File,
    Folded,
    Imported,
    Missing,
    Page,
    Row,
    Shown,
    Unexpected,
)
from tests.faults.evidence import Evidence, Logged
from tests.faults.finding import Finding

API_EVENT = "evt_api_"
"""The prefix of the ids of events that the API has published."""


@dataclass(slots=True)
class Books:
    """Lookups over the log, the documents and the announcements."""

    revisions: dict[str, dict[int, Fields]]
    """The fields of each order at every revision that was announced or shown to a client."""
    last: Mapping[str, int]
    """The stored revision of each order."""
    gone: frozenset[str]
    """Orders that are erased or merged into another."""
    events: Mapping[str, set[str]]
    """The ids of the events that carry each mark."""
    homes: Mapping[str, set[str]]
    """The orders in which each event is stored as a fact."""
    caused: Mapping[tuple[str, str], int]
    """The announced revision of an order that an event caused."""

    def like(self, row: Row) -> list[int]:
        """Return the revisions at which the order had these fields."""
        known = self.revisions.get(row.order_id, {})
        return [at for at, fields in known.items() if fields == row.fields]

    def knows_all(self, order_id: str) -> bool:
        """Return whether every revision of the order was announced or shown."""
        return len(self.revisions.get(order_id, {})) == self.last.get(order_id, 0)


@dataclass(slots=True)
class Memory:
    """What one client has been answered so far."""

    revisions: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def judge_answers(evidence: Evidence) -> Iterator[Finding]:
    """Check that every answered write is in its order, and that every answered order existed."""
    books = books_of(evidence)
    for mark, events in books.events.items():
        if len(events) > 1:
            yield Finding("doubled", f"the write {mark} is in {len(events)} events")
    for answers in evidence.journal.answers.values():
        for shown in (it for it in answers if isinstance(it, Shown)):
            yield from _revision(books, shown)
    for client, answers in evidence.journal.answers.items():
        for finding in _answers(books, answers):
            yield Finding(finding.kind, f"{client}: {finding.what}")


def _revision(books: Books, shown: Shown) -> Iterator[Finding]:
    """Check that an order shown with a revision is what the fold made of it at that revision."""
    what = f"order {shown.order_id} was shown at revision {shown.revision}"
    known = books.revisions.setdefault(shown.order_id, {})
    if known.setdefault(shown.revision, shown.fields) != shown.fields:
        yield Finding("wrong", f"{what}, and is another there")
    if shown.revision > books.last.get(shown.order_id, 0):
        yield Finding("wrong", f"{what}, which it never had")


def _answers(books: Books, answers: Sequence[Answer]) -> Iterator[Finding]:
    memory = Memory()
    for answer in answers:
        match answer:
            case Shown() | Missing() | Page() | File():
                yield from _read(books, memory, answer)
            case Unexpected(what):
                yield Finding("wrong", what)
            case _:
                yield from _written(books, answer)


def _read(books: Books, memory: Memory, answer: Shown | Missing | Page | File) -> Iterator[Finding]:
    match answer:
        case Shown(name, order_id, revision):
            yield from _not_older(memory, order_id, revision, revision)
            memory.names[name] = order_id
        case Missing(name):
            known = memory.names.get(name)
            if known is not None and known not in books.gone:
                yield Finding("lost", f"{name} was answered, and is not found later")
        case Page(rows):
            yield from _rows(books, memory, rows)
        case File(rows):
            yield from _rows(books, memory, rows)
            yield from _whole(books, memory, rows)


def _written(books: Books, answer: Folded | Accepted | Imported) -> Iterator[Finding]:
    match answer:
        case Folded(mark, order_id, revision):
            yield from _in_its_order(books, mark, order_id)
            yield from _folded_by(books, mark, order_id, revision)
        case Accepted(mark, order_id):
            yield from _in_its_order(books, mark, order_id)
        case Imported():
            yield from _imported(books, answer)


def _not_older(memory: Memory, order_id: str, least: int, most: int) -> Iterator[Finding]:
    """Check that the revision, known to be in this range, is not older than one shown before."""
    known = memory.revisions.get(order_id, 0)
    if most < known:
        yield Finding("wrong", f"order {order_id} was shown at revision {most}, after {known}")
    memory.revisions[order_id] = max(known, least)


def _in_its_order(books: Books, mark: str, order_id: str) -> Iterator[Finding]:
    events = books.events.get(mark)
    if not events:
        yield Finding("lost", f"the write {mark} was answered, and is not in the log")
    elif order_id not in books.gone and not any(
        order_id in books.homes.get(event, ()) for event in events
    ):
        yield Finding("lost", f"the write {mark} is not in its order {order_id}")


def _folded_by(books: Books, mark: str, order_id: str, revision: int) -> Iterator[Finding]:
    for event in books.events.get(mark, ()):
        caused = books.caused.get((order_id, event), revision)
        if caused > revision:
            what = f"the write {mark} was answered with revision {revision}, and made {caused}"
            yield Finding("wrong", what)


def _imported(books: Books, answer: Imported) -> Iterator[Finding]:
    orders = len(answer.marks)
    if (answer.status, answer.done, answer.failed) != ("DONE", orders, 0):
        yield Finding("lost", f"an import of {orders} orders ended as {answer.status}: {answer}")
    for mark in answer.marks:
        events = books.events.get(mark, set())
        if not any(books.homes.get(event) for event in events):
            yield Finding("lost", f"the imported order {mark} is not stored")


def _rows(books: Books, memory: Memory, rows: Sequence[Row]) -> Iterator[Finding]:
    """Check that every row is its order at some revision, not older than one shown before."""
    for name, times in Counter(row.order_id for row in rows).items():
        if times > 1:
            yield Finding("doubled", f"order {name} is listed {times} times at once")
    for row in rows:
        revisions = books.like(row)
        if revisions:
            yield from _not_older(memory, row.order_id, min(revisions), max(revisions))
        elif books.knows_all(row.order_id):
            yield Finding("wrong", f"order {row.order_id} was listed as it never was")


def _whole(books: Books, memory: Memory, rows: Sequence[Row]) -> Iterator[Finding]:
    listed = {row.order_id for row in rows}
    for order_id in memory.revisions.keys() - listed - books.gone:
        yield Finding("lost", f"order {order_id} was answered, and is in no later export")


def books_of(evidence: Evidence) -> Books:
    """Return the lookups for this evidence."""
    revisions = dict[str, dict[int, Fields]]()
    caused = dict[tuple[str, str], int]()
    for order_id, announced in evidence.announced.items():
        for one in announced:
            if not one.erased:
                revisions.setdefault(order_id, {})[one.revision] = tuple(one.fields.items())
            caused |= {(order_id, cause): one.revision for cause in one.causes}
    documents = evidence.documents
    events, homes = dict[str, set[str]](), dict[str, set[str]]()
    for logged in evidence.log.values():
        if marked := _marked(logged):
            mark, event = marked
            events.setdefault(mark, set()).add(event)
    for order_id, document in documents.items():
        for fact in document[STATE_KEY]["facts"]:
            homes.setdefault(fact["id"].removeprefix("event "), set()).add(order_id)
    return Books(
        revisions=revisions,
        last={name: document[STATE_KEY]["revision"] for name, document in documents.items()},
        gone=frozenset(
            name
            for name, document in documents.items()
            if document[STATE_KEY]["erased"] or MERGED_INTO in document
        ),
        events=events,
        homes=homes,
        caused=caused,
    )


def _marked(logged: Logged) -> tuple[str, str] | None:
    """Return the mark of a write and the id of its event if the API published it."""
    event = api_event(logged)
    if event is None:
        return None
    mark = event["data"]["order"].get("metadata", {}).get(MARK)
    return None if mark is None else (mark, event["id"])


def api_event(logged: Logged) -> dict[str, Any] | None:
    """Return the event of a record if the API published it."""
    if logged.value is None or b'"evt_api_' not in logged.value:
        return None
    event: dict[str, Any] = orjson.loads(logged.value)
    return event if event["id"].startswith(API_EVENT) else None
