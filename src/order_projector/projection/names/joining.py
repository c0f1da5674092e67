"""The rule of names as a function of the set of events, whatever their arrival order.

The worker arrives at the same orders document by document (`settling`); offline, and to check its
result, they are joined at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from order_projector.domain.facts import Erasure, Fact, outranks
from order_projector.domain.names import (
    Claim,
    OrderNames,
    Owner,
    earliest,
    is_derived,
    kept_claims,
)
from order_projector.domain.source_ids import order_id_from
from order_projector.events.text import is_unicode
from order_projector.projection import codec


class NamedEvent(Protocol):
    """A decoded event, with the names that it gives to its order."""

    @property
    def order_id(self) -> str: ...

    @property
    def facts(self) -> tuple[Fact, ...]: ...

    @property
    def source_id(self) -> str | None: ...

    @property
    def claim(self) -> Claim | None: ...


@dataclass(frozen=True, slots=True)
class JoinedOrder:
    """The facts of one order and its names, ready to be folded.

    ``came_by`` maps the identity of each fact that came by a source id alone to that source id.
    """

    facts: Mapping[str, Fact]
    names: OrderNames
    came_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JoinedOrders:
    """All orders, by id; those that are erased; and the owner of each derived id that has one."""

    orders: Mapping[str, JoinedOrder]
    erased: frozenset[str]
    merged: Mapping[str, str]

    def find(self, name: str) -> str | None:
        """Return the id of the order that a name means: its id, else the owner of a source id."""
        for derived in (name, order_id_from(name)) if is_unicode(name) else ():
            order_id = self.merged.get(derived, derived)
            if order_id in self.orders or order_id in self.erased:
                return order_id
        return None


@dataclass(slots=True)
class _Address:
    """Everything that events say under one address: an id, or the one derived from a source id."""

    facts: dict[str, Fact] = field(default_factory=dict)
    claims: set[Claim] = field(default_factory=set)
    source_id: str | None = None

    @property
    def is_erased(self) -> bool:
        return any(isinstance(fact, Erasure) for fact in self.facts.values())


_NOTHING: Final = _Address()


def join(events: Iterable[NamedEvent]) -> JoinedOrders:
    """Return the orders that a set of events makes. Events whose address is erased do not count."""
    addresses = _by_address(events)
    claimed: dict[str, dict[str, Owner]] = {}
    for order_id, each in addresses.items():
        for source_id, claim in earliest(each.claims).items():
            claimed.setdefault(source_id, {})[order_id] = Owner.by(claim, order_id)
    owners = {source_id: min(by.values()).order_id for source_id, by in claimed.items()}
    contested = {source_id for source_id, by in claimed.items() if len(by) > 1}
    merged = {order_id_from(source_id): owner for source_id, owner in owners.items()}
    erased = {order_id for order_id, each in addresses.items() if each.is_erased} - merged.keys()
    orders = {
        order_id: _joined(order_id, addresses, owners, contested)
        for order_id in addresses.keys() - merged.keys() - erased
    }
    return JoinedOrders(dict(sorted(orders.items())), frozenset(erased), merged)


def _by_address(events: Iterable[NamedEvent]) -> dict[str, _Address]:
    addresses: dict[str, _Address] = {}
    for event in events:
        each = addresses.setdefault(event.order_id, _Address())
        each.facts |= codec.merge(each.facts.get, event.facts)
        each.source_id = each.source_id or event.source_id
        if event.claim is not None:
            each.claims.add(event.claim)
    return addresses


def _joined(
    order_id: str,
    addresses: Mapping[str, _Address],
    owners: Mapping[str, str],
    contested: set[str],
) -> JoinedOrder:
    own = addresses[order_id]
    if is_derived(order_id):
        return JoinedOrder(own.facts, OrderNames(source_id=own.source_id))
    facts, came_by = dict(own.facts), dict[str, str]()
    taken, shared = set[str](), set[str]()
    for source_id in sorted(earliest(own.claims)):
        if owners[source_id] != order_id:
            taken.add(source_id)
            continue
        alone = addresses.get(order_id_from(source_id), _NOTHING)
        for name, fact in () if alone.is_erased else alone.facts.items():
            if name not in facts or outranks(fact, facts[name], codec.text_of):
                facts[name] = fact
                came_by[name] = source_id
        if source_id in contested:
            shared.add(source_id)
    names = OrderNames(
        claims=kept_claims(own.claims),
        taken=frozenset(taken),
        contested={
            source_id: frozenset(name for name, by in came_by.items() if by == source_id)
            for source_id in shared
        },
    )
    return JoinedOrder(facts, names, came_by)
