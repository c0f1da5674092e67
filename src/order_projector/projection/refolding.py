"""Fold stored orders again: find what is not the fold of its facts, and put it right.

A refold is a session without events: it goes through the same decision as an event, and is a
compare-and-set like any other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from order_projector.domain.differences import Difference, differences, is_same
from order_projector.projection import codec
from order_projector.projection.bookkeeping import fingerprint
from order_projector.projection.ports import KEPT_ORDER, OrderWrite, ProjectionState, Unusable
from order_projector.projection.rules import RULES
from order_projector.projection.scanning import ScannedOrder
from order_projector.projection.seal import CHECKPOINT
from order_projector.projection.session import Changed, Fold, Violated, decide
from order_projector.projection.stored_facts import facts_by_identity


@dataclass(frozen=True, slots=True)
class Equal:
    """The document is the fold of its facts. ``old_facts`` are facts that older rules have read."""

    old_facts: int = 0


@dataclass(frozen=True, slots=True)
class Different:
    """The document is not the fold of its facts: what differs, each with its place."""

    parts: tuple[str, ...]
    old_facts: int = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The document cannot be read, or not be folded, by this release."""

    reason: str


Verdict = Equal | Different | Unreadable


def examine(scanned: ScannedOrder, fold: Fold) -> Verdict:
    """Return how a document compares with the fold of its facts by this release."""
    state = scanned.state
    if isinstance(state, Unusable):
        return Unreadable(state.message)
    if state.rules > RULES:
        return Unreadable(f"it was folded by the rules {state.rules}, this release has {RULES}")
    if state.name and not state.name.is_order:
        return Equal()  # it went into another order, and is not folded
    if state.erased:
        return _of_erased(scanned, state)
    folded = _folded(scanned.order_id, state, fold)
    if isinstance(folded, Unreadable):
        return folded
    old = sum(fact.rules < RULES for fact in state.all_facts().values())
    parts = (
        *map(_said, differences(folded.order, scanned.served)),
        *_of_bookkeeping(scanned, state, folded),
    )
    return Different(parts, old) if parts else Equal(old)


def refolded(scanned: ScannedOrder, fold: Fold) -> OrderWrite | None:
    """Return the write that makes a document the fold of its facts; None if it is.

    It is a new revision where the served order changes. What cannot be derived from the facts, as
    the causes of a revision, stays as it is. Raises nothing; an unreadable document stays.
    """
    state = scanned.state
    if isinstance(state, Unusable) or state.rules > RULES:
        return None
    if state.erased or (state.name and not state.name.is_order):
        return _unmarked(scanned.order_id, state)
    folded = _folded(scanned.order_id, state, fold)
    if isinstance(folded, Unreadable):
        return None
    as_served = {field: fingerprint(value) for field, value in scanned.served.items()}
    decision = decide(scanned.order_id, replace(state, digests=as_served), (), fold)
    if isinstance(decision, Changed):
        return decision.write
    if (
        is_same(dict(scanned.served), dict(folded.order))
        and state.digests == folded.state.digests
        and state.rules == RULES
        and not state.refold
        and CHECKPOINT not in scanned.broken
    ):
        return None
    settled = replace(
        state,
        counter=state.counter + 1,
        digests=folded.state.digests,
        rules=RULES,
        refold=False,
    )
    return OrderWrite(scanned.order_id, state.counter, folded.order, settled)


def _unmarked(order_id: str, state: ProjectionState) -> OrderWrite | None:
    """Return the write of what is not folded without the mark that an older release has set."""
    if not state.refold:
        return None
    after = replace(state, counter=state.counter + 1, refold=False)
    return OrderWrite(order_id, state.counter, KEPT_ORDER, after)


def _folded(order_id: str, state: ProjectionState, fold: Fold) -> OrderWrite | Unreadable:
    """Return the fold of a state's facts, as the write of an order that served nothing before."""
    try:
        decision = decide(order_id, replace(state, digests={}), (), fold)
    except codec.UnreadableFact as error:
        return Unreadable(f"it {error}")
    except Exception as error:  # whatever a damaged fact makes of a fold
        return Unreadable(f"its facts cannot be folded ({type(error).__name__})")
    match decision:
        case Changed(write=write):
            return write
        case Unusable(message=message):
            return Unreadable(message)
        case Violated(violations=violations):
            return Unreadable("; ".join(violations))
        case _:
            return Unreadable("it has no facts")


def _of_erased(scanned: ScannedOrder, state: ProjectionState) -> Verdict:
    parts = [f"{field}: is there, though the order was erased" for field in scanned.served]
    if any(not name.startswith("erasure") for name in state.facts):
        parts.append("_projection.facts: facts are left, though the order was erased")
    return Different(tuple(parts)) if parts else Equal()


def _said(difference: Difference) -> str:
    return (
        f"{difference.path}: {_short(difference.after)}, the fold has {_short(difference.before)}"
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _of_bookkeeping(
    scanned: ScannedOrder, state: ProjectionState, folded: OrderWrite
) -> Iterator[str]:
    """Yield what is wrong with the projection state of a document."""
    for field in _differing(state.digests, folded.state.digests):
        yield f"_projection.digests.{field}: not the fingerprint of the folded field"
    if state.flags != folded.state.flags:
        yield "_projection.flags: not those of the fold"
    yield from _of_events(state)
    if not 1 <= state.revision <= state.counter:
        yield f"_projection.revision: {state.revision}, of {state.counter} writes"
    elif state.revision == 1 and set(state.changes) != set(scanned.served):
        yield "_projection.revision: 1, but its changes are not all fields"
    for name in scanned.broken:
        yield f"_projection.{name}: not as a worker wrote it"
    if state.refold:
        yield "_projection.refold: marked, and not folded again yet"


def _of_events(state: ProjectionState) -> Iterator[str]:
    """Yield what is wrong with the events that a state lists."""
    known = {*_event_ids(state), *state.retired}
    for name, listed in (("causes", state.causes), ("pending", state.pending)):
        unknown = [event for event in listed if event not in known]
        if unknown and not (name == "causes" and _has_lost_events(state)):
            yield f"_projection.{name}: names {_short(unknown[0])}, of which there is no fact"
        if len(set(listed)) < len(listed):
            yield f"_projection.{name}: names an event twice"
    if both := set(state.causes) & set(state.pending):
        yield f"_projection.pending: {_short(min(both))} is a cause already"


def _event_ids(state: ProjectionState) -> set[str]:
    """Return the ids of the events of all facts, which can be read by now."""
    return {codec.load(name, fact.text).event.id for name, fact in facts_by_identity(state)}


def _has_lost_events(state: ProjectionState) -> bool:
    """Whether events may have left with a source id: they are causes, and no facts any more."""
    return any(imported.version and not imported.facts for imported in state.imports.values())


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return [field for field in dict.fromkeys((*one, *other)) if one.get(field) != other.get(field)]
