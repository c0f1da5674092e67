"""What must hold at every step, observed from outside: on the wire and in the servers."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import orjson
from aiokafka import TopicPartition

from order_projector.domain.invariants import order_violations
from order_projector.domain.served import project_order
from order_projector.events.order_updated import announced
from tests.simulation.broker import Logged
from tests.simulation.database import Document, Write
from tests.simulation.expectation import Knowledge, Place, Poison, ValidEvent
from tests.simulation.kept import STATE_KEY, Kept, canonical, offsets_of, served_of
from tests.simulation.letters import Letters
from tests.simulation.name_checks import Held, NameChecks, held, merged_content, merged_reason
from tests.simulation.segments import stored_texts


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken promise, and the order that it concerns."""

    what: str
    order: str | None = None


@dataclass(slots=True)
class Checks:
    """Observes everything, and keeps the first violation."""

    knowledge: Knowledge = field(default_factory=Knowledge)
    names: NameChecks = field(default_factory=NameChecks)
    orders: dict[str, Kept] = field(default_factory=dict)
    violation: Violation | None = None
    last_announced: dict[str, Logged] = field(default_factory=dict)
    times_announced: Counter[bytes] = field(default_factory=Counter)
    _values: dict[bytes, bytes] = field(default_factory=dict)
    """The value that each ``ce_id`` carried first."""
    _on_primary: dict[str, tuple[int, int]] = field(default_factory=dict)
    _open: Counter[tuple[str, str]] = field(default_factory=Counter)
    """For each fact, the number of uncommitted records that report it."""
    _committed: dict[TopicPartition, int] = field(default_factory=dict)
    letters: Letters = field(init=False)
    in_sequence: bool = False
    """Whether losses must be announced before gains: a single worker moves events, and lives."""

    def __post_init__(self) -> None:
        """Observe dead letters with the same knowledge."""
        self.letters = Letters(self.knowledge)

    def fail(self, what: str, order: str | None = None) -> None:
        """Record a violation, unless there is one already."""
        if self.violation is None:
            self.violation = Violation(what, order)

    def produced(self, record: Logged) -> None:
        """Note a record that has arrived in an inbound topic."""
        place = (record.topic, record.partition, record.offset)
        self.letters.records[place] = record
        match self.knowledge.learn(place, record.value, record.headers):
            case ValidEvent(order_id=order_id, facts=facts):
                self._open.update((order_id, name) for name in facts)

    def sent(self, writes: Sequence[Write], held: Collection[TopicPartition] | None) -> None:
        """Check that a worker writes only from partitions in ``held``; an expelled one has None.

        A member of the current generation must not work on what the previous one assigned to it.
        """
        if held is None:
            return
        for write in writes:
            kept = self.orders.get(write.order_id, Kept())
            for at, offset in offsets_of({STATE_KEY: write.state}).items():
                if offset > kept.offsets.get(at, -1) and TopicPartition(*at) not in held:
                    self.fail(f"wrote from {at[0]}-{at[1]}, which is another's", write.order_id)

    def written(self, order_id: str, document: Document) -> None:
        """Check that a write on the primary is one step after what was there."""
        counter, revision = self._on_primary.get(order_id, (0, 0))
        state = document[STATE_KEY]
        if state["counter"] != counter + 1:
            self.fail(f"counter {state['counter']} was written on {counter}", order_id)
        least = 0 if "merged_into" in document else 1
        if state["revision"] - revision not in {0, 1} or state["revision"] < least:
            self.fail(f"revision {state['revision']} was written on {revision}", order_id)
        self._on_primary[order_id] = (state["counter"], state["revision"])

    def rolled_back(self, order_id: str) -> None:
        """Forget a write that was lost with its primary."""
        kept = self.orders.get(order_id, Kept())
        self._on_primary[order_id] = (kept.counter, kept.revision)

    def stored(self, order_id: str, document: Document, lasting: Mapping[str, bytes]) -> None:
        """Check a write that lasts: the fold of a set of facts that has only grown.

        ``lasting`` is everything that the majority has, including segments.
        """
        kept = self.orders.setdefault(order_id, Kept())
        state = document[STATE_KEY]
        texts = stored_texts(document, STATE_KEY, lasting)
        if texts is None:
            self.fail("lists a segment that is not there", order_id)
            return
        if reason := self.names.stored(order_id, document, texts):
            self.fail(reason, order_id)
        holds = held(self.knowledge, order_id, document, texts)
        if isinstance(holds, str):
            self.fail(f"stored a fact that no event tells: {holds}", order_id)
            return
        if "merged_into" in document:
            self._merged(order_id, kept, document, texts)
            return
        if state["erased"]:
            self._erased(order_id, kept, document)
            return
        self._own(order_id, kept, document, texts)
        if kept.erased:
            self.fail("is there again after its erasure", order_id)
        self._served(order_id, kept, document, holds)
        kept.take(document, texts, holds.imported)

    def _served(self, order_id: str, kept: Kept, document: Document, holds: Held) -> None:
        """Check that the served order is the fold of its facts, and that its revision is right."""
        state, served = document[STATE_KEY], served_of(document)
        projected = project_order(order_id, holds.facts, holds.names)
        if orjson.dumps(served) != orjson.dumps(projected.order):
            self.fail(f"revision {state['revision']} is not the fold of its facts", order_id)
        if state["flags"] != [asdict(flag) for flag in projected.flags]:
            self.fail(f"revision {state['revision']} has other flags than its fold", order_id)
        for violation in order_violations(served, holds.facts.values()):
            self.fail(violation, order_id)
        self._revised(order_id, kept, state, served, holds)

    def _own(self, order_id: str, kept: Kept, document: Document, texts: Mapping[str, str]) -> None:
        """Check that a document has lost none of its facts, unless their owner is erased."""
        state = document[STATE_KEY]
        is_emptied = state["name"] is not None and state["name"]["stage"] == "erased"
        for name, text in kept.facts.items():
            is_there = self.knowledge.covers(order_id, name, texts.get(name), text)
            if not (is_there or is_emptied or state["erased"]):
                self.fail(f"lost a fact: {name}", order_id)

    def _merged(
        self, order_id: str, kept: Kept, document: Document, texts: Mapping[str, str]
    ) -> None:
        """Check a name that was merged into another order: its facts stay, it serves nothing."""
        state = document[STATE_KEY]
        if reason := merged_reason(kept, document):
            self.fail(reason, order_id)
        self._own(order_id, kept, document, texts)
        if state["revision"] > kept.revision:
            kept.revisions[state["revision"]] = canonical(merged_content(document))
            kept.listed = set()  # they left, and may come back
        kept.counter, kept.revision, kept.flags = state["counter"], state["revision"], []
        kept.served, kept.facts = {"merged_into": document["merged_into"]}, texts
        kept.offsets = offsets_of(document)
        kept.erased = state["erased"] or state["name"]["stage"] == "erased"

    def _erased(self, order_id: str, kept: Kept, document: Document) -> None:
        """Check an erasure: it is the next revision, and nothing else is left."""
        state = document[STATE_KEY]
        names = [fact["id"] for fact in state["facts"]]
        if document.keys() != {"_id", STATE_KEY} or names != ["erasure"] or state["apart"]:
            self.fail("is erased, and something of it is left", order_id)
        if state["revision"] != kept.revision + (not kept.erased):  # claims may still come after it
            self.fail(f"revision {state['revision']} erases {kept.revision}", order_id)
        kept.revisions[state["revision"]] = canonical(None)
        kept.turned["erasure"] = state["revision"]
        kept.counter, kept.revision = state["counter"], state["revision"]
        kept.served, kept.facts, kept.offsets = {}, {}, offsets_of(document)
        kept.erased, kept.flags, kept.imported = True, [], frozenset()

    def _revised(
        self,
        order_id: str,
        kept: Kept,
        state: Document,
        served: Document,
        holds: Held,
    ) -> None:
        """Check that a revision is a public change, lists it, and names each of its events once."""
        known = kept.served if kept.revision else {}
        changed = {
            name
            for name in served.keys() | known.keys()
            if name not in served or name not in known or served[name] != known[name]
        }
        if (state["revision"] > kept.revision) != bool(changed):
            self.fail(f"revision {state['revision']} with changes {sorted(changed)}", order_id)
        pending, events = set(state["pending"]), {it.event.id for it in holds.facts.values()}
        went = kept.imported - holds.imported - events
        if changed:
            causes = set(state["causes"])
            if set(state["changes"]) != changed:
                self.fail(f"changes {state['changes']} instead of {sorted(changed)}", order_id)
            if (causes - went) & kept.listed or not causes:
                self.fail(f"causes {sorted(causes)} stand in an earlier revision", order_id)
            kept.listed |= causes
            content = {
                "order": served,
                "revision": state["revision"],
                "changes": state["changes"],
                "causes": state["causes"],
            }
            if state["flags"]:
                content["flags"] = state["flags"]
            kept.revisions[state["revision"]] = canonical(content)
        kept.listed -= went
        missing = events - kept.listed - pending
        if missing:
            self.fail(f"events {sorted(missing)} are no cause of anything", order_id)

    def announced(self, record: Logged) -> None:
        """Check that an ``order.updated`` states what is stored, and the same every time."""
        name = dict(record.headers)["ce_id"] or b""
        if record.value is None:
            order_id, _, number = name.decode().rpartition(":")
            revision = int(number)
        else:
            try:
                update = announced(record.value)
            except ValueError as error:
                self.fail(f"announced what the published schema refuses: {error}")
                return
            order_id, revision = update.order.id, update.revision
        if name != f"{order_id}:{revision}".encode() or record.key != order_id.encode():
            self.fail(f"an announcement of revision {revision} has the id {name!r}", order_id)
        kept = self.orders.get(order_id, Kept())
        value = canonical(orjson.loads(record.value or b"null"))
        if kept.revisions.get(revision) != value:
            self.fail(f"announced a revision {revision} that is not stored so", order_id)
        if self._values.setdefault(name, value) != value:
            self.fail(f"{name.decode()} carried two values", order_id)
        kept.announced = max(kept.announced, revision)
        twice = self.names.moves.twice(order_id, revision)
        if twice and self.in_sequence:
            self.fail(twice, order_id)
        self.last_announced[order_id] = record
        self.times_announced[name] += 1

    def dead_letter(self, record: Logged) -> None:
        """Check that a dead letter holds a record unchanged that cannot be applied, and why."""
        if (wrong := self.letters.wrong(record)) is not None:
            self.fail(*wrong)

    def committed(self, at: TopicPartition, offset: int) -> None:
        """Check that everything before a committed offset is done."""
        first = self._committed.get(at, 0)
        for done in range(first, offset):
            self._done((at.topic, at.partition, done))
        self._committed[at] = max(first, offset)

    def _done(self, place: Place) -> None:
        match self.knowledge.at.get(place):
            case None:
                self.fail(f"committed {place}, where no record is")
            case Poison() as poison if self.is_missing(place, poison):
                self.fail(
                    f"committed {place}, which is poison and not dead-lettered", poison.order_id
                )
            case ValidEvent() as event if place not in self.letters.published:
                self._taken_in(place, event)

    def is_missing(self, place: Place, poison: Poison) -> bool:
        """Return whether poison has no dead letter; if its order is erased, it needs none."""
        kept = self.orders.get(poison.order_id or "", Kept())
        return place not in self.letters.published and not kept.erased

    def _taken_in(self, place: Place, event: ValidEvent) -> None:
        order_id, kept = event.order_id, self.orders.get(event.order_id, Kept())
        for name, text in event.facts.items():
            if not kept.erased and not self.knowledge.covers(
                order_id, name, kept.facts.get(name), text
            ):
                self.fail(f"committed {place}, but {name} is not stored", order_id)
        for name in event.facts:
            self._open[order_id, name] -= 1
            needed = kept.turned.get(name, 0)
            if kept.is_merged:
                continue  # events by a name are announced with the order that owns it
            # another uncommitted record with the same fact may still bring the announcement
            if not self._open[order_id, name] and kept.announced < needed:
                self.fail(
                    f"committed {place}, but revision {needed} with {name} was never announced",
                    order_id,
                )
