"""What must hold in the end where orders were refused: each event in one place, or a dead letter.

Which events an order could not take depends on their arrival. What follows from that does not.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field

import bson

from order_projector.domain.facts import Fact, identity, outranks
from order_projector.domain.names import Claim, OrderNames, Owner, earliest, is_derived, kept_claims
from order_projector.domain.served import project_order
from order_projector.domain.source_ids import order_id_from
from order_projector.events.outcome import Accepted
from order_projector.projection import codec
from order_projector.projection.document import read_state
from order_projector.projection.names.stored import NameStage
from order_projector.projection.ports import ProjectionState
from tests.simulation.bounds import Bounds
from tests.simulation.checks import Checks, Violation
from tests.simulation.expectation import ExpectedOrder
from tests.simulation.options import SOURCE_IDS

Facts = Mapping[str, Fact]


@dataclass(slots=True)
class Told:
    """What the events that an address has accepted tell.

    ``unsettled`` are claims of events that are dead letters, because they were refused, and stored
    all the same: a write without an answer landed later, and nobody has registered them.
    """

    facts: dict[str, Fact] = field(default_factory=dict)
    claims: set[Claim] = field(default_factory=set)
    unsettled: set[Claim] = field(default_factory=set)
    source_id: str | None = None

    @property
    def settled(self) -> set[Claim]:
        """Return the claims that are registered."""
        return self.claims - self.unsettled


class Refusals:
    """The end of a world in which orders were refused, by its documents and its dead letters."""

    def __init__(self, checks: Checks, documents: Mapping[str, bytes]) -> None:
        """Read the documents, and what the events tell that are not refused."""
        self._checks = checks
        self._states = dict[str, ProjectionState]()
        for order_id in checks.orders:
            state = read_state(bson.decode(documents[order_id]))
            assert isinstance(state, ProjectionState), state
            self._states[order_id] = state
        self._told = dict[str, Told]()
        for accepted in filter(self._counts, checks.knowledge.accepted.values()):
            told = self._told.setdefault(accepted.order_id, Told())
            told.facts |= codec.merge(told.facts.get, accepted.facts)
            told.source_id = told.source_id or accepted.source_id
            if accepted.claim is not None:
                told.claims.add(accepted.claim)
                if self._is_dead(accepted) and not self._is_registered(accepted):
                    told.unsettled.add(accepted.claim)

    def violation(self, bounds: Bounds) -> Violation | None:
        """Return the first event that is nowhere, or not where there is room for it."""
        return self._lost() or self._left_out(bounds)

    def _lost(self) -> Violation | None:
        """Return a violation if an event is in no order, and no dead letter either.

        One that lost against another copy is where that one is.
        """
        dead, where = self._dead(), "is in no order, and no dead letter"
        for each in self._checks.knowledge.accepted.values():
            for fact in () if each.event.id in dead else each.facts:
                if not self._covers(each.order_id, fact, self._own(each.order_id)):
                    return Violation(f"{each.event.id} {where}", each.order_id)
        for name, owner in self._names():
            facts = self._told[name].facts if name in self._told else {}
            brought = self._brought(owner, name)
            for fact in () if self._is_apart(name) else facts.values():
                if fact.event.id not in dead and not self._covers(name, fact, brought):
                    return Violation(f"{fact.event.id} {where}", name)
        return None

    def _left_out(self, bounds: Bounds) -> Violation | None:
        """Return a violation if an order has room for what it has not taken in of a source id."""
        for name, owner in self._names():
            facts = self._told[name].facts if name in self._told else {}
            lacking = facts.keys() - self._brought(owner, name).keys()
            room = bounds.of(owner) - len(self._checks.orders[owner].served.get("payments", ()))
            if lacking and (not bounds.last or len(lacking - self._own(owner).keys()) <= room):
                return Violation(f"has room for {sorted(lacking)} of {name}", owner)
        return None

    def orders(self) -> dict[str, ExpectedOrder]:
        """Return every order as the events make it that were not refused."""
        found = {}
        for order_id, told in self._told.items():
            owner = self._owner(order_id)
            if owner is not None and not self._is_apart(order_id):
                continue
            facts, names = (
                self._of_name(order_id, told)
                if is_derived(order_id)
                else self._of_order(order_id, told)
            )
            projected = project_order(order_id, facts, names)
            flags = [asdict(flag) for flag in projected.flags]
            found[order_id] = ExpectedOrder(projected.order, flags)
        for name, owner in self._names():
            found.setdefault(name, ExpectedOrder({"merged_into": owner}))
        return found

    def _of_name(self, name: str, told: Told) -> tuple[Facts, OrderNames]:
        """Return the facts of an order under a derived id, and its names."""
        source_id, owner = told.source_id, self._claim(name)
        if owner is None:
            return told.facts, OrderNames(source_id=source_id)
        (source_id,) = (it for it in SOURCE_IDS if order_id_from(it) == name)
        return told.facts, OrderNames(source_id=source_id, not_joined={source_id: owner.event})

    def _of_order(self, order_id: str, told: Told) -> tuple[Facts, OrderNames]:
        """Return the facts of an order with what it took in by its source ids, and its names."""
        facts, came_by = dict(told.facts), dict[str, str]()
        taken, contested, not_joined = set[str](), set[str](), dict[str, str]()
        for source_id, claim in sorted(earliest(told.claims).items()):
            name = order_id_from(source_id)
            if claim in told.unsettled:
                continue
            if self._owner(name) != order_id:
                taken.add(source_id)
                continue
            if self._is_apart(name):
                not_joined[source_id] = claim.event
                continue
            if sum(source_id in earliest(it.settled) for it in self._told.values()) > 1:
                contested.add(source_id)
            brought = self._checks.knowledge.facts(name, self._brought(order_id, name))
            assert not isinstance(brought, str), brought
            for fact_id, fact in brought.items():
                if fact_id not in facts or outranks(fact, facts[fact_id], codec.text_of):
                    facts[fact_id], came_by[fact_id] = fact, source_id
        won = {it: frozenset(name for name, by in came_by.items() if by == it) for it in contested}
        return facts, OrderNames(None, kept_claims(told.claims), frozenset(taken), won, not_joined)

    def _counts(self, accepted: Accepted) -> bool:
        """Whether an event counts: one that was refused does if another copy was accepted."""
        state = self._states.get(accepted.order_id)
        if accepted.event.id not in self._dead() or state is None:
            return state is not None
        own = self._own(accepted.order_id)
        return accepted.claim in state.claims or any(
            own.get(identity(fact)) == codec.dump(identity(fact), fact) for fact in accepted.facts
        )

    def _is_dead(self, event: Accepted) -> bool:
        """Whether every copy of an event is a dead letter."""
        accepted, letters = self._checks.knowledge.accepted, self._checks.letters
        copies = {place for place, each in accepted.items() if each.event.id == event.event.id}
        return copies <= set(letters.published)

    def _is_registered(self, event: Accepted) -> bool:
        """Whether an order owns the source id that its event claims, or knows that another does."""
        source_id = event.claim.source_id if event.claim else ""
        name = self._states.get(order_id_from(source_id))
        owner = name.name.owner_id if name and name.name else ""
        return source_id in self._states[event.order_id].imports or owner == event.order_id

    def _dead(self) -> Collection[str]:
        accepted, letters = self._checks.knowledge.accepted, self._checks.letters
        return {accepted[place].event.id for place in letters.published}

    def _names(self) -> Iterator[tuple[str, str]]:
        """Yield each derived id that has an owner, and the owner."""
        for name in map(order_id_from, SOURCE_IDS):
            if (owner := self._owner(name)) is not None:
                yield name, owner

    def _claim(self, name: str) -> Owner | None:
        """Return the smallest claim on the source id of a derived id."""
        claims = (
            Owner.by(claim, order_id)
            for order_id, told in self._told.items()
            for claim in told.settled
            if order_id_from(claim.source_id) == name
        )
        return min(claims, default=None)

    def _owner(self, name: str) -> str | None:
        claim = self._claim(name)
        return None if claim is None else claim.order_id

    def _is_apart(self, name: str) -> bool:
        record = self._states[name].name
        return record is not None and record.stage is NameStage.NOT_JOINED

    def _own(self, address: str) -> Mapping[str, str]:
        """Return the texts of the facts that a document holds of its own."""
        kept = self._checks.orders.get(address)
        return {} if kept is None else kept.facts

    def _brought(self, owner: str, name: str) -> Mapping[str, str]:
        """Return the texts of the facts that an owner has taken in by a source id."""
        for source_id, told in self._states[owner].imports.items():
            if order_id_from(source_id) == name:
                return {fact_id: fact.text for fact_id, fact in told.facts.items()}
        return {}

    def _covers(self, address: str, fact: Fact, texts: Mapping[str, str]) -> bool:
        name = identity(fact)
        arrived = codec.dump(name, fact)
        return self._checks.knowledge.covers(address, name, texts.get(name), arrived)
