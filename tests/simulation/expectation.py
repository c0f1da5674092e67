"""The expected outcome of every record: decoded and folded offline, without faults."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from order_projector.domain.facts import Fact, identity, outranks
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Code, Rejected
from order_projector.projection import codec
from order_projector.projection.names.joining import join
from tests.simulation.broker import Headers
from tests.simulation.workload import OVERSIZED

Place = tuple[str, int, int]
"""A topic, a partition and an offset."""


@dataclass(frozen=True, slots=True)
class ValidEvent:
    """The facts that a valid event adds to its order, as text by identity."""

    order_id: str
    event_id: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that must become a dead letter."""

    code: str
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class NoEffect:
    """A record without any effect."""


Expected = ValidEvent | Poison | NoEffect


@dataclass(frozen=True, slots=True)
class ExpectedOrder:
    """An order as it must be served in the end, empty if it is erased, and its flags."""

    order: dict[str, Any]
    flags: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Knowledge:
    """Everything produced so far, and its expected outcome."""

    at: dict[Place, Expected] = field(default_factory=dict)
    accepted: dict[Place, Accepted] = field(default_factory=dict)
    _copies: dict[str, dict[tuple[str, str], Fact]] = field(default_factory=dict)
    """By order: every copy of every fact, by identity and text."""

    def learn(self, place: Place, value: bytes | None, headers: Headers) -> Expected:
        """Note a record, and return its expected outcome."""
        self.at[place] = expected = self._meaning(place, value, headers)
        return expected

    def facts(self, order_id: str, texts: Mapping[str, str]) -> dict[str, Fact] | str:
        """Return the stored facts as produced, or the identity of one that no record holds."""
        copies = self._copies.get(order_id, {})
        facts = {}
        for name, text in texts.items():
            fact = copies.get((name, text))
            if fact is None:
                return name
            facts[name] = fact
        return facts

    def covers(self, order_id: str, name: str, stored: str | None, arrived: str) -> bool:
        """Return whether the stored copy of a fact is the one that arrived, or supersedes it."""
        if stored is None or stored == arrived:
            return stored == arrived
        copies = self._copies[order_id]
        kept = copies.get((name, stored))
        return kept is not None and outranks(kept, copies[name, arrived], codec.text_of)

    def orders(self) -> dict[str, ExpectedOrder]:
        """Return every order that results from all events, including those by its source ids."""
        joined = join(self.accepted.values())
        found = {order_id: ExpectedOrder({}) for order_id in joined.erased}
        for name, owner in joined.merged.items():
            found[name] = ExpectedOrder({"merged_into": owner})
        for order_id, order in joined.orders.items():
            projected = project_order(order_id, order.facts, order.names)
            flags = [asdict(flag) for flag in projected.flags]
            found[order_id] = ExpectedOrder(projected.order, flags)
        return found

    def _meaning(self, place: Place, value: bytes | None, headers: Headers) -> Expected:
        match decode(value, headers):
            case Accepted(order_id=order_id) if OVERSIZED.encode() in (value or b""):
                return Poison(Code.ORDER_TOO_LARGE.value, order_id)
            case Accepted(order_id=order_id, event=event, facts=facts) as accepted:
                self.accepted[place] = accepted
                copies = self._copies.setdefault(order_id, {})
                texts = {}
                for fact in facts:
                    name = identity(fact)
                    texts[name] = codec.dump(name, fact)
                    copies[name, texts[name]] = fact
                return ValidEvent(order_id, event.id, texts)
            case Rejected(code=code):
                return Poison(code.value)
            case _:
                return NoEffect()
