"""The beginning of a timeline, folded once, from which later facts are folded on.

Folding on gives what a fold of all facts gives if the timeline of all is that of the prefix,
followed by that of the others. `divide` finds such a place; with `names_of` and `sought_by`, a
caller finds out whether a later fact leaves it one.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from order_projector.domain.facts import (
    Erasure,
    Fact,
    Redemption,
    Rollback,
    Stack,
    Void,
    identity,
)
from order_projector.domain.flags import Flag
from order_projector.domain.fold import advance
from order_projector.domain.invariants import states_an_amount
from order_projector.domain.noticing import flagged_events, flags_of, unknown_redemptions
from order_projector.domain.order import OrderState
from order_projector.domain.served import Json, ProjectedOrder, serve, serve_on
from order_projector.domain.timeline import Step, timeline

Place = tuple[int, str]
"""A place on a timeline: an event time and an event id."""

Facts = Mapping[str, Fact]


class NotDivisible(Exception):
    """The facts of an order do not make a timeline that can be folded in two parts."""


@dataclass(slots=True)
class Prefix:
    """An order's state after some facts, and what else is needed of them.

    ``place`` is that of the last one. ``flags`` are those of rollbacks that undo no known
    redemption. ``states_an_amount`` is true if one of the facts states an amount that is not the
    sum of its own items.
    """

    order: OrderState
    place: Place
    flags: tuple[Flag, ...] = ()
    states_an_amount: bool = False


def begin() -> Prefix:
    """Return the state before the first fact."""
    return Prefix(OrderState(), (-1, ""))


def extend(prefix: Prefix, facts: Facts) -> None:
    """Fold facts on that all come after the prefix. Raises `NotDivisible`."""
    _advance(prefix, facts)
    note(prefix, facts)


def note(prefix: Prefix, facts: Facts) -> None:
    """Note what else is needed of facts that were folded on, to fold on others.

    Raises `NotDivisible` if no others can be.
    """
    for fact in facts.values():
        if isinstance(fact, Stack) and fact.id not in prefix.order.entries:
            raise NotDivisible  # known by a list alone, which a later rollback would not find
        prefix.place = max(prefix.place, place_of(fact) or prefix.place)
        prefix.states_an_amount = prefix.states_an_amount or states_an_amount(fact)
    prefix.flags += tuple(unknown_redemptions(prefix.order, facts))


def finish(order_id: str, prefix: Prefix, facts: Facts) -> ProjectedOrder:
    """Fold the last facts on, and return the order of all of them.

    The prefix is used up, unless `note` takes the same facts.
    """
    _advance(prefix, facts)
    return projected(order_id, prefix, facts)


def projected(order_id: str, prefix: Prefix, facts: Facts) -> ProjectedOrder:
    """Return the order of a prefix, of which these facts may still have flags to be found."""
    order = prefix.order
    return ProjectedOrder(
        serve(order_id, order),
        tuple(order.events),
        flags_of(order_id, order, facts, facts, prefix.flags),
    )


def projected_on(order_id: str, prefix: Prefix, before: Json, facts: Facts) -> ProjectedOrder:
    """Return the order of a prefix that these facts have extended; ``before`` is how it was served.

    Their flags are found.
    """
    order = prefix.order
    return ProjectedOrder(
        serve_on(order_id, order, before, facts.values()),
        tuple(order.events),
        flags_of(order_id, order, {}, {}, prefix.flags),
    )


def forget_events(prefix: Prefix, needed: Collection[str]) -> None:
    """Keep only those ids of the prefix's events that are needed, or that a flag may name."""
    order = prefix.order
    kept = flagged_events(order) | {flag.event for flag in prefix.flags}
    events = {event: None for event in order.events if event in needed or event in kept}
    order.earlier_events += len(order.events) - len(events)
    order.events = events


def _advance(prefix: Prefix, facts: Facts) -> None:
    for step in timeline(facts.values()):
        advance(prefix.order, step)
    for fact in facts.values():
        if fact.event.id not in prefix.order.events:
            raise NotDivisible  # an event in no step: its place depends on the whole timeline


def divide(facts: Facts, most_later: int) -> tuple[dict[str, Fact], dict[str, Fact]]:
    """Divide facts into a prefix and at most that many later ones; perhaps none are later.

    Raises `NotDivisible` for facts that must be folded together.
    """
    if any(isinstance(fact, Void | Erasure) for fact in facts.values()):
        raise NotDivisible
    steps = timeline(facts.values())
    first = len(steps)
    while first and (most_later := most_later - len(tuple(steps[first - 1].facts()))) >= 0:
        first -= 1
    later = _of_steps(steps[first:], facts)
    earlier = {name: fact for name, fact in facts.items() if name not in later}
    if _are_apart(steps, earlier, later):
        return earlier, later
    return dict(facts), {}


def _of_steps(steps: list[Step], facts: Facts) -> dict[str, Fact]:
    names = {identity(fact) for step in steps for fact in step.facts()}
    return {name: fact for name, fact in facts.items() if name in names}


def _are_apart(steps: list[Step], earlier: Facts, later: Facts) -> bool:
    """Whether both parts have timelines of their own, one after the other."""
    known = {name for fact in earlier.values() for name in names_of(fact)}
    known -= {f"event {fact.event.id}" for fact in later.values()}
    if any(name in known for fact in later.values() for name in sought_by(fact)):
        return False
    if max(_places(earlier), default=(-1, "")) >= min(_places(later), default=(2**63, "")):
        return False
    return timeline(earlier.values()) + timeline(later.values()) == steps


def _places(facts: Facts) -> Iterator[Place]:
    return (place for fact in facts.values() if (place := place_of(fact)) is not None)


def place_of(fact: Fact) -> Place | None:
    """Return the place of a fact; None for the list of a stack, which has that of its facts."""
    return None if isinstance(fact, Stack) else (fact.at, fact.event.id)


def names_of(fact: Fact) -> tuple[str, ...]:
    """Return every name by which a fact that comes later could be joined to this one."""
    names = (identity(fact), f"event {fact.event.id}")
    match fact:
        case Redemption(parent=str(parent)):
            return (*names, f"redemption {parent}", f"child {fact.id}")
        case Redemption(tells_for=tuple(others)):
            told = (f"told {name}" for name in others)
            return (*names, *(f"redemption {name}" for name in others), *told)
        case Stack():
            redeemed = (f"redemption {name}" for name in (fact.id, *fact.children))
            return (*names, *redeemed, *(f"child {child}" for child in fact.children))
        case Rollback(parent=str(parent)) if parent:
            return (*names, f"redemption {fact.redemption}", f"rollback {parent}")
        case Rollback():
            return (*names, f"redemption {fact.redemption}")
        case _:
            return names


def sought_by(fact: Fact) -> tuple[str, ...]:
    """Return every name by which this fact could be joined to one that came before.

    A rollback is joined to its redemption in the fold, but to the child of a stack on the timeline.
    """
    names = (identity(fact), f"event {fact.event.id}")
    match fact:
        case Redemption(parent=str(parent)):
            return (*names, f"redemption {parent}")
        case Redemption(tells_for=tuple(others)):
            return (*names, *(f"redemption {name}" for name in others))
        case Stack():
            return (*names, *(f"redemption {name}" for name in (fact.id, *fact.children)))
        case Rollback(parent=str(parent)) if parent:
            return (*names, f"child {fact.redemption}", f"rollback {parent}")
        case Rollback():
            return (*names, f"child {fact.redemption}", f"told {fact.redemption}")
        case _:
            return names
