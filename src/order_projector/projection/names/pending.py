"""What the rounds of a group leave to settle between the documents of two names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from order_projector.domain.names import Claim, Owner
from order_projector.domain.source_ids import order_id_from
from order_projector.projection.decisions import InboundEvent
from order_projector.projection.names.arrivals import ToSettle
from order_projector.projection.ports import ProjectionState


@dataclass(slots=True)
class PendingName:
    """One source id to settle, by its derived id.

    ``claims`` are those of this group, by order; ``events`` came by the source id alone. ``state``
    is that of the document as it was read or written last. ``is_registered`` if this group changed
    what it says of its owner, ``is_repeated`` if one of the events was seen again, ``is_erased`` if
    a claimant is erased.
    """

    source_id: str | None = None
    claims: dict[str, Claim] = field(default_factory=dict)
    events: list[InboundEvent] = field(default_factory=list)
    state: ProjectionState | None = None
    traceparent: str | None = None
    is_registered: bool = False
    is_repeated: bool = False
    is_erased: bool = False

    def know(self, state: ProjectionState | None) -> None:
        """Keep a state of the document unless a later one is known."""
        if state is not None and (self.state is None or state.counter > self.state.counter):
            self.state = state

    @property
    def concerns_losers(self) -> bool:
        """Whether those that do not own it may have to be announced because of this group."""
        return self.is_registered or self.is_repeated

    @property
    def concerns_owner(self) -> bool:
        """Whether its owner may have to be announced because of this group."""
        return self.concerns_losers or bool(self.events)

    def claimants(self) -> list[Owner]:
        """Return the owners that the claims would make."""
        return [Owner.by(claim, order_id) for order_id, claim in self.claims.items()]


@dataclass(frozen=True, slots=True)
class Settling:
    """The source ids to settle, by derived id."""

    names: dict[str, PendingName] = field(default_factory=dict)

    def add(self, order_id: str, to_settle: ToSettle, events: Sequence[InboundEvent]) -> None:
        """Note what is to be settled after these events of an order, which is stored now."""
        if not to_settle:
            return
        traceparent = next((it.traceparent for it in reversed(events) if it.traceparent), None)
        if to_settle.name is not None:
            pending = self.names.setdefault(order_id, PendingName())
            pending.know(to_settle.name)
            pending.events += events
            pending.is_repeated |= to_settle.is_repeated
            pending.traceparent = traceparent
        for claim in to_settle.claims:
            pending = self.names.setdefault(order_id_from(claim.source_id), PendingName())
            pending.source_id = claim.source_id
            pending.claims[order_id] = claim
            pending.is_repeated |= to_settle.is_repeated
            pending.is_erased |= to_settle.is_erased
            pending.traceparent = traceparent
