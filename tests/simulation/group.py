"""A consumer group's coordinator: members, generations, eager rebalances, committed offsets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiokafka import TopicPartition
from aiokafka.errors import (
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)

from tests.simulation.network import Answer, Service

SESSION: Final = 10.0
REBALANCE: Final = 60.0

Assignment = frozenset[TopicPartition]
Committed = Callable[[TopicPartition, int], None]


@dataclass(slots=True)
class Member:
    """One consumer, from joining to leaving or expulsion."""

    id: str
    expires: float
    joining: Answer | None = None
    assignment: Assignment = frozenset()


@dataclass(frozen=True, slots=True)
class Joined:
    """The answer to a member when a generation begins."""

    member: str
    generation: int
    assignment: Assignment


@dataclass(slots=True)
class Group:
    """Assigns every partition to one member, and accepts only commits of the current generation."""

    service: Service
    topics: Mapping[str, int]
    on_commit: Committed
    on_generation: Callable[[int, Mapping[str, Assignment]], None]
    generation: int = 0
    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    _preparing: bool = False
    _named: int = 0

    def join(self, member: str, host: str, answer: Answer) -> None:
        """Join, and wait for all other members; a new member has no id yet."""
        if member and member not in self.members:
            answer.refuse(UnknownMemberIdError())
            return
        if not member:
            self._named += 1
            member = f"{host}#{self._named}"
            self.members[member] = Member(member, 0.0)
            self.service.later(SESSION, self._watch, member)
        self._touch(member)
        self.members[member].joining = answer
        self._prepare()

    def beat(self, member: str, generation: int, answer: Answer) -> None:
        """Keep a member alive; refuse the heartbeat if a rebalance is pending."""
        if (error := self._stranger(member, generation)) is not None:
            answer.refuse(error)
            return
        self._touch(member)
        if self._preparing:
            answer.refuse(RebalanceInProgressError())
        else:
            answer.give()

    def leave(self, member: str, answer: Answer) -> None:
        """Remove a member, and begin a rebalance."""
        if self.members.pop(member, None) is not None:
            self._prepare()
        answer.give()

    def commit(
        self, member: str, generation: int, offsets: Mapping[TopicPartition, int], answer: Answer
    ) -> None:
        """Store offsets, if the member is of this generation and not joining the next one."""
        if (error := self._stranger(member, generation)) is not None:
            answer.refuse(error)
        elif self.members[member].joining is not None:
            answer.refuse(RebalanceInProgressError())
        else:
            self._touch(member)
            for at, offset in offsets.items():
                self.offsets[at] = offset
                self.on_commit(at, offset)
            answer.give()

    def assignments(self) -> Mapping[str, Assignment]:
        """Return the partitions of each member in the current generation."""
        return {member.id: member.assignment for member in self.members.values()}

    def _stranger(self, member: str, generation: int) -> Exception | None:
        error: Exception | None = None
        if member not in self.members:
            error = UnknownMemberIdError()
        elif generation != self.generation:
            error = IllegalGenerationError()
        return error

    def _touch(self, member: str) -> None:
        self.members[member].expires = self.service.loop.time() + SESSION

    def _watch(self, member: str) -> None:
        """Expel a member that is silent for longer than a session, unless its join is pending."""
        known = self.members.get(member)
        if known is None:
            return
        now = self.service.loop.time()
        if known.joining is None and known.expires < now:
            del self.members[member]
            self._prepare()
        else:
            self.service.later(max(0.5, known.expires - now), self._watch, member)

    def _prepare(self) -> None:
        if not self._preparing:
            self._preparing = True
            self.service.later(REBALANCE, self._complete, self.generation)
        if all(member.joining for member in self.members.values()):
            self.service.later(0.05, self._complete_if_all, self.generation)

    def _complete_if_all(self, generation: int) -> None:
        if all(member.joining for member in self.members.values()):
            self._complete(generation)

    def _complete(self, generation: int) -> None:
        """Begin the next generation with the members that have joined, and expel the others."""
        if generation != self.generation or not self._preparing:
            return
        self._preparing = False
        self.generation += 1
        self.members = {name: one for name, one in self.members.items() if one.joining}
        assignments = _ranges(self.topics, sorted(self.members))
        self.on_generation(self.generation, assignments)
        for member in self.members.values():
            answer, member.joining, member.assignment = member.joining, None, assignments[member.id]
            self._touch(member.id)
            if answer is not None:
                answer.give(Joined(member.id, self.generation, member.assignment))


def _ranges(topics: Mapping[str, int], members: Sequence[str]) -> dict[str, Assignment]:
    """Assign neighbouring partitions to each member, the same numbers of every topic."""
    assignments: dict[str, set[TopicPartition]] = {member: set() for member in members}
    for topic, partitions in topics.items():
        for partition in range(partitions if members else 0):
            member = members[partition * len(members) // partitions]
            assignments[member].add(TopicPartition(topic, partition))
    return {member: frozenset(assignment) for member, assignment in assignments.items()}
