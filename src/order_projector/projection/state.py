"""The projection's own state of an order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from order_projector.domain.names import Claim
from order_projector.projection.live_fold import LiveFold
from order_projector.projection.names.stored import Import, NameRecord
from order_projector.projection.rules import RULES
from order_projector.projection.stored import SegmentRef, StoredCheckpoint, StoredFact, StoredFlag

STATE_KEY: Final = "_projection"
"""The field of an order's document that holds it."""


@dataclass(frozen=True, slots=True)
class ProjectionState:
    """The projection's own state of an order, stored under ``_projection``.

    ``counter`` is for compare-and-set and grows with every write; ``revision`` is public and grows
    with every change of the served order. ``facts`` are by identity. ``digests`` fingerprint the
    served fields. ``changes`` and ``causes`` belong to the stored revision; ``pending`` are the ids
    of events applied since; ``retired`` are ids that were listed and have no fact here, because a
    later copy counts. ``offsets`` holds, by (topic, partition), the highest offset applied,
    which distinguishes a redelivery from a producer's duplicate. ``flags`` are the present ones,
    ``revision_flags`` those of the moment when the stored revision was stored. ``rules`` is the
    number of the rules that folded the order; an ``erased`` one keeps nothing but its erasure.
    ``apart`` are segments with more facts, and ``older`` these facts if they were loaded: of two
    copies, that of ``facts`` counts. ``checkpoint`` is the state of the fold after some of all.
    ``claims`` are those of the order's events on source ids, ``imports`` what it knows about
    each of them, by source id; ``name`` is set in the document of a derived id only.
    ``refold`` marks an order that is to be folded again, or announced. ``live`` is the fold of all
    its facts where the state was made by this process; it is never stored.
    """

    counter: int
    revision: int
    facts: Mapping[str, StoredFact]
    digests: Mapping[str, str]
    changes: tuple[str, ...]
    causes: tuple[str, ...]
    pending: tuple[str, ...]
    offsets: Mapping[tuple[str, int], int]
    traceparent: str | None = None
    retired: tuple[str, ...] = ()
    flags: tuple[StoredFlag, ...] = ()
    revision_flags: tuple[StoredFlag, ...] = ()
    rules: int = RULES
    erased: bool = False
    refold: bool = False
    apart: tuple[SegmentRef, ...] = ()
    checkpoint: StoredCheckpoint | None = None
    older: Mapping[str, StoredFact] | None = None
    claims: tuple[Claim, ...] = ()
    imports: Mapping[str, Import] = field(default_factory=dict)
    name: NameRecord | None = None
    live: LiveFold | None = field(default=None, compare=False, repr=False)

    def all_facts(self) -> Mapping[str, StoredFact]:
        """Return the facts here, and those that were loaded of the segments."""
        return {**self.older, **self.facts} if self.older else self.facts

    def served(self) -> Mapping[str, Any]:
        """Return the order as it is served, if this process has folded it; no fields otherwise."""
        return {} if self.live is None else self.live.served

    def fact_count(self) -> int:
        """Return the number of facts, those in segments included."""
        return len(self.facts) + sum(segment.facts for segment in self.apart)
