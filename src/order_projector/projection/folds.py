"""Folding on from where an order's last fold has ended, where that is the same as folding anew.

An order's events mostly come in the sequence of their times and a few at a time. Then the timeline
of all facts is the one that was folded before, with more steps at its end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from order_projector.domain.facts import Fact, Redemption, Rollback, Stack
from order_projector.domain.order import Order, advance
from order_projector.domain.served import Projection, projected
from order_projector.domain.timeline import Place, Step, place, timeline

FACTS_HELD: Final = 20_000
"""Facts in all the folds that are remembered: some tens of megabytes."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A fold and the very facts it was made of; no fold can go on from an order that has moved."""

    facts: Mapping[str, Fact]
    order: Order
    end: Place

    def further(self, facts: Mapping[str, Fact]) -> list[Step] | None:
        """The steps from these facts to those; None where the way is another one."""
        if len(facts) < len(self.facts):
            return None
        if any(facts.get(name) is not fact for name, fact in self.facts.items()):
            return None
        new = [fact for name, fact in facts.items() if name not in self.facts]
        if not all(map(_stands_alone, new)):
            return None
        steps = timeline(new)
        return steps if not steps or self.end < place(steps[0]) else None


@dataclass(slots=True)
class Folds:
    """The fold of a set of facts, with a memory of the last ones; it never changes a result."""

    room: int = FACTS_HELD
    _held: dict[str, Folded] = field(default_factory=dict, init=False)

    def __call__(self, order_id: str, facts: Mapping[str, Fact]) -> Projection:
        """Fold the facts of one order (by identity) into the order that is served."""
        held = self._take(order_id)
        steps = held.further(facts) if held else None
        if held is None or steps is None:
            order, steps = Order(), timeline(facts.values())
            end = place(steps[-1]) if steps else None
        else:
            order, end = held.order, place(steps[-1]) if steps else held.end
        for step in steps:
            advance(order, step)
        if end is not None and _can_go_on(facts.values()):
            self._hold(order_id, Folded(facts, order, end))
        return projected(order_id, order, facts)

    def _take(self, order_id: str) -> Folded | None:
        held = self._held.pop(order_id, None)
        if held is not None:
            self.room += len(held.facts)
        return held

    def _hold(self, order_id: str, folded: Folded) -> None:
        self._held[order_id] = folded
        self.room -= len(folded.facts)
        while self.room < 0:
            self._take(next(iter(self._held)))


def _can_go_on(facts: Iterable[Fact]) -> bool:
    return all(map(_stands_alone, facts))


def _stands_alone(fact: Fact) -> bool:
    """Whether the fact makes a step of its own, whatever else is known: it is of no stack."""
    match fact:
        case Stack():
            return False
        case Redemption() | Rollback():
            return fact.parent is None
        case _:
            return True
