"""Check what a run has left behind against what was acknowledged to its producer."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from order_projector.domain.facts import Fact, identity
from order_projector.domain.invariants import order_violations
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Rejected
from order_projector.projection import codec
from order_projector.projection.document import (
    MERGED_INTO,
    STATE_KEY,
    announced_order,
    served,
)
from order_projector.verification.check import DeadLetterRecord
from order_projector.verification.differences import differences
from order_projector.verification.expected_orders import expect_orders
from order_projector.workload.scenario import ExpectedTotals
from order_projector.workload.stream import Place, StreamRecord, Valid
from tests.faults.api.verdict import api_event, judge_answers
from tests.faults.evidence import Evidence, Logged, Revision, digest
from tests.faults.finding import Finding
from tests.support.stored import fact_texts


@dataclass(frozen=True, slots=True)
class Verdict:
    """The findings, and further figures of the run."""

    findings: tuple[Finding, ...]
    orders: int
    announcements: int
    announced_again: int
    never_announced: int
    """Revisions superseded before they were announced: allowed."""
    dead_letters: int
    dead_lettered_again: int

    def count(self, kind: str) -> int:
        """Return the number of findings of this kind."""
        return sum(finding.kind == kind for finding in self.findings)

    @property
    def clean(self) -> bool:
        """Whether nothing is lost, doubled or wrong."""
        return not self.findings


def judge(evidence: Evidence, totals: Mapping[str, ExpectedTotals]) -> Verdict:
    """Check the evidence for anything lost, doubled or wrong."""
    announced = list(evidence.announced.values())
    distinct = [{one.revision for one in revisions} for revisions in announced]
    total = sum(map(len, announced))
    return Verdict(
        findings=(
            *_log(evidence),
            *_facts(evidence),
            *_documents(evidence, totals),
            *_announcements(evidence),
            *_dead_letters(evidence),
            *judge_answers(evidence),
        ),
        orders=sum(MERGED_INTO not in document for document in evidence.documents.values()),
        announcements=total,
        announced_again=total - sum(map(len, distinct)),
        never_announced=sum(max(revisions) - len(revisions) for revisions in distinct),
        dead_letters=len(evidence.dead_letters),
        dead_lettered_again=len(evidence.dead_letters)
        - len({one.source for one in evidence.dead_letters}),
    )


def _log(evidence: Evidence) -> Iterator[Finding]:
    for sent in evidence.acknowledged:
        logged = evidence.log.get(sent.place)
        if logged is None or (logged.key, logged.value) != (sent.record.key, sent.record.value):
            yield Finding("lost", f"{_at(sent.place)}: acknowledged, and not in the log")


def _facts(evidence: Evidence) -> Iterator[Finding]:
    """Check that every event is in its order's state, once."""
    for order_id, document in evidence.documents.items():
        names = Counter(fact["id"] for fact in document[STATE_KEY]["facts"])
        for name in (name for name, times in names.items() if times > 1):
            yield Finding("doubled", f"order {order_id}: the fact {name} is there twice")
    for place, logged in evidence.log.items():
        outcome = decode(logged.value, logged.headers)
        if not isinstance(outcome, Accepted):
            continue
        stored = evidence.documents.get(outcome.order_id)
        if stored and (stored[STATE_KEY]["erased"] or _is_emptied(stored)):
            continue
        known = {fact["id"] for fact in stored[STATE_KEY]["facts"]} if stored else set()
        missing = [name for name in map(identity, outcome.facts) if name not in known]
        if missing:
            yield Finding("lost", f"{_at(place)}: order {outcome.order_id} is without {missing}")


def _documents(evidence: Evidence, totals: Mapping[str, ExpectedTotals]) -> Iterator[Finding]:
    """Check that every order is the fold of its events and agrees with its sender's totals."""
    sent = [each.record for each in evidence.acknowledged]
    expected_orders = expect_orders([*sent, *_sent_by_the_api(evidence)], totals)
    for difference in expected_orders.differences:
        yield Finding("wrong", str(difference))
    expected_documents = expected_orders.documents
    for order_id in expected_documents.keys() | evidence.documents.keys():
        document, expected = evidence.documents.get(order_id), expected_documents.get(order_id)
        if document is None:
            yield Finding("lost", f"order {order_id} is not stored")
        elif expected is None:
            yield Finding(
                "wrong", f"order {order_id} is stored, but no acknowledged event names it"
            )
        else:
            flags = expected_orders.flags.get(order_id, [])
            yield from _document(order_id, document, expected, flags)


def _sent_by_the_api(evidence: Evidence) -> Iterator[StreamRecord]:
    """Yield the records that the API published, whether or not its clients got an answer."""
    for (topic, *_), logged in evidence.log.items():
        if event := api_event(logged):
            name = event["data"]["order"].get("id", event["id"])
            yield StreamRecord(topic, logged.key, logged.value, logged.headers, Valid(name))


def _document(
    order_id: str,
    document: Mapping[str, Any],
    expected: Mapping[str, Any],
    flags: Sequence[Mapping[str, Any]],
) -> Iterator[Finding]:
    order = served(document)
    if not _is_erased(document):
        for violation in order_violations(order, _facts_of(document)):
            yield Finding("wrong", f"order {order_id}: {violation}")
    found = (
        *differences(f"stored order {order_id}", expected, order),
        *differences(f"flags of {order_id}", flags, document[STATE_KEY]["flags"]),
    )
    yield from (Finding("wrong", str(difference)) for difference in found)


def _announcements(evidence: Evidence) -> Iterator[Finding]:
    for order_id in evidence.announced.keys() - evidence.documents.keys():
        yield Finding("wrong", f"order {order_id} was announced and is not stored")
    for order_id, document in evidence.documents.items():
        revisions = evidence.announced.get(order_id, [])
        yield from _last(order_id, document, revisions)
        yield from _chain(order_id, document, revisions)


def _last(
    order_id: str, document: Mapping[str, Any], revisions: Sequence[Revision]
) -> Iterator[Finding]:
    stored = document[STATE_KEY]["revision"]
    if not revisions:
        if stored:  # a claimed source id under which nothing else ever came was never an order
            yield Finding("lost", f"order {order_id} was never announced")
        return
    last = revisions[-1]
    order = announced_order(order_id, served(document))
    fields = {name: digest(value) for name, value in order.items()}
    told = (list(last.fields.items()), last.flags, last.erased)
    stored_so = (list(fields.items()), _flags_of_revision(document), _is_erased(document))
    if last.revision < stored:
        what = f"the last order.updated of {order_id} is of revision {last.revision}, not {stored}"
        yield Finding("lost", what)
    elif last.revision > stored or told != stored_so:
        yield Finding("wrong", f"the last order.updated of {order_id} is not what is stored")
    if len({one.partition for one in revisions}) > 1:
        yield Finding("wrong", f"order {order_id} was announced in several partitions")


def _chain(
    order_id: str, document: Mapping[str, Any], revisions: Sequence[Revision]
) -> Iterator[Finding]:
    """Check that revisions follow one another, name their changes, and name each cause once."""
    chain = dict[int, Revision]()
    for one in revisions:
        if one.name != f"{order_id}:{one.revision}":
            yield Finding("wrong", f"order {order_id}: {one.name} is revision {one.revision}")
        if one.fault:
            yield Finding("wrong", f"{one.name} is against the published schema: {one.fault}")
        if chain.setdefault(one.revision, one).value != one.value:
            yield Finding("wrong", f"{one.name} carried two values")
    causes = Counter(cause for one in chain.values() for cause in one.causes)
    for cause in (cause for cause, times in causes.items() if times > 1):
        yield Finding("doubled", f"order {order_id}: {cause} is a cause of several revisions")
    for number, one in chain.items():
        before = chain.get(number - 1)
        if not one.erased and (before or number == 1) and set(one.changes) != _changed(before, one):
            yield Finding("wrong", f"{one.name} does not change {list(one.changes)}")
    goes_on = not _is_erased(document) and MERGED_INTO not in document
    if goes_on and len(chain) == document[STATE_KEY]["revision"]:
        for event in _events(document) - causes.keys() - set(document[STATE_KEY]["pending"]):
            yield Finding("lost", f"order {order_id}: {event} is no cause of any revision")


def _events(document: Mapping[str, Any]) -> set[str]:
    return {fact.event.id for fact in _facts_of(document)}


def _facts_of(document: Mapping[str, Any]) -> list[Fact]:
    state = document[STATE_KEY]
    imported = [(it["id"], it["text"]) for one in state["imports"] for it in one["facts"]]
    return [codec.parse(name, text) for name, text in [*fact_texts(state), *imported]]


def _changed(before: Revision | None, after: Revision) -> set[str]:
    known = before.fields if before else {}
    return {
        name
        for name in known.keys() | after.fields.keys()
        if known.get(name) != after.fields.get(name)
    }


def _dead_letters(evidence: Evidence) -> Iterator[Finding]:
    """Check that every invalid record is in the dead letters unchanged, and nothing else is."""
    dead_letters = dict[Place, DeadLetterRecord]()
    for one in evidence.dead_letters:
        logged, first = evidence.log.get(one.source), dead_letters.setdefault(one.source, one)
        if logged is None or (one.key, one.value) != (logged.key, logged.value) or first != one:
            yield Finding("wrong", f"dead letter of {_at(one.source)}: not the record as it came")
    for place, logged in evidence.log.items():
        code, letter = _code(logged), dead_letters.get(place)
        if code and letter is None:
            yield Finding("lost", f"{_at(place)}: no dead letter, which should say {code}")
        elif letter and letter.code != code:
            what = f"dead letter of {_at(place)}: {letter.code} instead of {code or 'none'}"
            yield Finding("wrong", what)


def _code(logged: Logged) -> str | None:
    outcome = decode(logged.value, logged.headers)
    return outcome.code.value if isinstance(outcome, Rejected) else None


def _is_erased(document: Mapping[str, Any]) -> bool:
    return bool(document[STATE_KEY]["erased"]) and MERGED_INTO not in document


def _is_emptied(document: Mapping[str, Any]) -> bool:
    """Return whether what came under a source id was erased with its owner."""
    name = document[STATE_KEY]["name"]
    return name is not None and name["stage"] == "erased"


def _flags_of_revision(document: Mapping[str, Any]) -> bytes:
    """Return the digest of the flags that the last revision was stored with; empty if erased."""
    state = document[STATE_KEY]
    flags = state["flags"] if state["revision_flags"] is None else state["revision_flags"]
    return b"" if state["erased"] else digest(flags)


def _at(place: Place) -> str:
    return "{}[{}]@{}".format(*place)
