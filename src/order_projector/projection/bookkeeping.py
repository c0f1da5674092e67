"""The bookkeeping of an order: the projection state that follows another one."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, Protocol

import orjson

from order_projector.projection.live_fold import LiveFold
from order_projector.projection.ports import Coordinates, ProjectionState
from order_projector.projection.stored import StoredFact, StoredFlag


class Arrival(Protocol):
    """The part of an inbound event that is recorded, whatever its facts."""

    @property
    def coordinates(self) -> Coordinates: ...

    @property
    def traceparent(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Projected:
    """What a fold has made of an order: fingerprints of the fields, its events, its flags.

    ``live`` is the fold itself, if later facts may be folded on.
    """

    digests: Mapping[str, str]
    events: tuple[str, ...]
    flags: tuple[StoredFlag, ...]
    live: LiveFold | None = None

    def is_stored(self, state: ProjectionState) -> bool:
        """Whether the order that is stored serves the same and has the same flags."""
        return self.digests == state.digests and self.flags == state.flags


def fingerprints(
    order: Mapping[str, Any], before: Mapping[str, Any], known: Mapping[str, str]
) -> dict[str, str]:
    """Return the fingerprint of each field of an order; `known` are those of what was ``before``.

    What is equal need not have the same JSON: 1 equals true and 1.0. So only a scalar of the same
    type stands for another one, and an object of texts for an equal one.
    """
    found = dict[str, str]()
    for field, value in order.items():
        old = before.get(field, _MISSING)
        is_same = value is old or (type(value) is type(old) and _is_same(value, old))
        found[field] = known[field] if is_same else fingerprint(value)
    return found


_MISSING: Final = object()
_TEXTS: Final = frozenset((str,))


def _is_same(value: Any, old: Any) -> bool:
    if type(value) is dict and not _TEXTS.issuperset(map(type, value.values())):
        return False
    return type(value) in _KEPT and bool(value == old)


def fingerprint(value: Any) -> str:
    """Return a short hash of a JSON value: the same for any key order, in nested objects too."""
    return _of_scalar(value) if type(value) in _SCALARS else _hash(value)


_SCALARS: Final = frozenset((str, int, type(None)))
_KEPT: Final = frozenset((*_SCALARS, dict))


@lru_cache(maxsize=8192, typed=True)
def _of_scalar(value: str | int | None) -> str:
    """Remember the hash of what most fields of an order hold, event after event."""
    return _hash(value)


def _hash(value: Any) -> str:
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits: valid JSON, but orjson cannot write it
        text = json.dumps(value, sort_keys=True).encode()
    return blake2b(text, digest_size=8).hexdigest()


def next_state(
    state: ProjectionState,
    known_events: Collection[str],
    facts: Mapping[str, StoredFact],
    projected: Projected,
    arrivals: Sequence[Arrival],
    namer: str | None = None,
) -> ProjectionState:
    """Return the state with other `facts`; a change of the served order is a new revision.

    ``known_events`` are the ids of the events of the facts in `state`. Pending events become the
    causes of the next revision only. So does the ``namer``, which gave the source id that is
    served: as a cause it is retired, unless one of its facts counts.
    """
    listed = set(known_events).difference(state.pending).union(state.retired)
    pending = tuple([event_id for event_id in projected.events if event_id not in listed])
    turns = projected.digests != state.digests
    if turns and namer is not None and namer not in listed and namer not in pending:
        pending = (*pending, namer)
        listed.add(namer)
    listed.difference_update(projected.events)
    return ProjectionState(
        counter=state.counter + 1,
        revision=state.revision + turns,
        facts={**state.facts, **facts},
        digests=projected.digests,
        changes=_changes(state.digests, projected.digests) if turns else state.changes,
        causes=pending if turns else state.causes,
        pending=() if turns else pending,
        offsets=watermarks(state, arrivals),
        traceparent=_traceparent(arrivals) if turns else state.traceparent,
        retired=tuple(sorted(listed)),
        flags=projected.flags,
        revision_flags=projected.flags if turns else state.revision_flags,
        claims=state.claims,
        imports=state.imports,
        name=state.name,
        apart=state.apart,
        live=projected.live,
    )


def kept_for_owner(
    state: ProjectionState, facts: Mapping[str, StoredFact], arrivals: Sequence[Arrival]
) -> ProjectionState:
    """Return the state of a document that serves no order of its own, with other `facts`."""
    return replace(
        state,
        counter=state.counter + 1,
        facts={**state.facts, **facts},
        offsets=watermarks(state, arrivals),
    )


def erased_state(
    state: ProjectionState, erasure: Mapping[str, StoredFact], arrivals: Sequence[Arrival]
) -> ProjectionState:
    """Return the state of an order that goes: its next revision, and nothing of what it was."""
    return ProjectionState(
        counter=state.counter + 1,
        revision=state.revision + 1,
        facts=erasure,
        digests={},
        changes=(),
        causes=(),
        pending=(),
        offsets=watermarks(state, arrivals),
        traceparent=_traceparent(arrivals),
        erased=True,
        claims=state.claims,
        name=state.name,
    )


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the added and changed fields in served key order, then the removed ones."""
    changed = [field for field in after if after[field] != before.get(field)]
    return (*changed, *(field for field in before if field not in after))


def _traceparent(arrivals: Sequence[Arrival]) -> str | None:
    """Return the trace of the latest event that has one."""
    return next((each.traceparent for each in reversed(arrivals) if each.traceparent), None)


def watermarks(state: ProjectionState, arrivals: Sequence[Arrival]) -> dict[tuple[str, int], int]:
    """Return, by topic and partition, the highest offset applied once these have arrived."""
    offsets = dict(state.offsets)
    for arrival in arrivals:
        at = arrival.coordinates
        source = (at.topic, at.partition)
        offsets[source] = max(at.offset, offsets.get(source, -1))
    return offsets
