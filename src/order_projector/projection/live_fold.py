"""The fold of an order that was just written, kept in memory to continue with its next event.

A live order gets one event after the other, each later than all before. Folding on takes the steps
of that event alone, where a fold of the stored facts takes those of the whole order, and one from a
checkpoint reads all that the checkpoint holds.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from order_projector.domain.facts import Erasure, Fact, Void
from order_projector.domain.prefix import (
    NotDivisible,
    Prefix,
    begin,
    extend,
    names_of,
    note,
    place_of,
    projected,
    projected_on,
    sought_by,
)
from order_projector.domain.served import Json, ProjectedOrder
from order_projector.projection.long_orders import name_digest

_PER_LINE: Final = 280
"""Bytes that a fold takes at most for each line that a redemption has touched."""
_PER_ENTRY: Final = 1_400
"""Bytes that it takes at most for a payment or a redemption, as folded and as served."""
_PER_CHARACTER: Final = 21
"""Bytes that it takes for a character of a checkpoint that concerns neither: an empty object takes
three characters and 72 bytes, a text of the metadata a third of that."""
_OF_ENTRY: Final = 100
"""Characters of a checkpoint that describe a payment or a redemption."""


class FoldedOn(NamedTuple):
    """The order of a set of facts, and the fold to go on from with the next ones."""

    projection: ProjectedOrder
    live: "LiveFold"


@dataclass(slots=True)
class LiveFold:
    """The fold of a set of facts. It serves once, because going on changes what it holds.

    ``_names`` are those by which a later fact could be joined to one that was folded; of facts that
    a checkpoint covers, ``_earlier_names`` is a digest. ``served`` is the order as it is served,
    which stays as it is: what a later fact leaves alone is served again.
    """

    _prefix: Prefix | None
    _names: set[str]
    served: Json
    _earlier_names: bytes = name_digest.EMPTY

    @property
    def states_an_amount(self) -> bool:
        """Whether one of the facts states an amount that is not the sum of its own items."""
        return self._prefix is not None and self._prefix.states_an_amount

    def memory(self, checkpoint: str) -> int:
        """Return the bytes that it takes at most, beyond what its state has of the same facts.

        A redemption may have touched every line. The facts that a checkpoint covers may be in
        segments: for them count its payments and redemptions, and what else this text of the
        ``checkpoint`` says, as metadata and products.
        """
        if self._prefix is None:
            return 0
        order = self._prefix.order
        taken = _PER_LINE * len(order.cart.lines) * (1 + len(order.applied))
        if not self._earlier_names:
            return taken
        entries = len(order.entries) + len(order.payments.by_id)
        rest = max(0, len(checkpoint) - _OF_ENTRY * entries)
        return taken + _PER_ENTRY * entries + _PER_CHARACTER * rest

    def events(self) -> frozenset[str]:
        """Return the ids of the events that were folded; none once it has served."""
        return frozenset(self._prefix.order.events) if self._prefix else frozenset()

    def go_on(
        self, order_id: str, known: Container[str], taken: Mapping[str, Fact]
    ) -> FoldedOn | None:
        """Fold new facts on; None where that might not be the fold of all facts.

        ``known`` are the identities of the facts that were folded.
        """
        prefix, self._prefix = self._prefix, None
        if prefix is None or not self._leads_to(prefix, known, taken):
            return None
        if not _extend(prefix, self._names, taken):
            return None
        projection = projected_on(order_id, prefix, self.served, taken)
        live = LiveFold(prefix, self._names, projection.order, self._earlier_names)
        return FoldedOn(projection, live)

    def _leads_to(self, prefix: Prefix, known: Container[str], taken: Mapping[str, Fact]) -> bool:
        """Whether all new facts come after those folded, and can be joined to none of them."""
        for name, fact in taken.items():
            place = place_of(fact)
            if (
                name in known
                or isinstance(fact, Void | Erasure)
                or (place is not None and place <= prefix.place)
                or not self._names.isdisjoint(sought_by(fact))
                or any(name_digest.may_hold(self._earlier_names, it) for it in sought_by(fact))
            ):
                return False
        return True


def fold_live(order_id: str, facts: Mapping[str, Fact]) -> FoldedOn | None:
    """Fold all facts of an order, by identity; None if they make no timeline to go on from."""
    if any(isinstance(fact, Void | Erasure) for fact in facts.values()):
        return None
    prefix, names = begin(), set[str]()
    if not _extend(prefix, names, facts):
        return None
    projection = projected(order_id, prefix, {})
    return FoldedOn(projection, LiveFold(prefix, names, projection.order))


def live_from(
    prefix: Prefix, earlier_names: bytes, later: Mapping[str, Fact], served: Json
) -> LiveFold | None:
    """Return the fold to go on from, of a prefix on which these later facts were finished.

    None if they make no timeline to go on from.
    """
    try:
        note(prefix, later)
    except NotDivisible:
        return None
    names = {name for fact in later.values() for name in names_of(fact)}
    return LiveFold(prefix, names, served, earlier_names)


def _extend(prefix: Prefix, names: set[str], facts: Mapping[str, Fact]) -> bool:
    """Fold facts on, and note their names; return whether they make a timeline to go on from."""
    try:
        extend(prefix, facts)
    except NotDivisible:
        return False
    for fact in facts.values():
        names.update(names_of(fact))
    return True
