"""What the events of one order mean for names: new claims, and what is to be settled after them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from order_projector.domain.facts import EventStamp
from order_projector.domain.names import Claim, earliest, is_derived, kept_claims
from order_projector.projection.names.stored import UNOWNED, Standing
from order_projector.projection.ports import ProjectionState


class Naming(Protocol):
    """The part of an inbound event that is about names."""

    @property
    def event(self) -> EventStamp: ...

    @property
    def source_id(self) -> str | None: ...

    @property
    def claim(self) -> Claim | None: ...


@dataclass(frozen=True, slots=True)
class ToSettle:
    """What is left to settle with other documents once an order is stored.

    ``claims`` are to be registered with their source ids; the order ``is_erased``, or not. ``name``
    is the document itself if it is one of a source id and took something in. ``is_repeated`` says
    that an event was seen again, so that whatever follows from it may have been left undone.
    """

    claims: tuple[Claim, ...] = ()
    name: ProjectionState | None = None
    is_repeated: bool = False
    is_erased: bool = False

    def __bool__(self) -> bool:
        return bool(self.claims) or self.name is not None


NOTHING: Final = ToSettle()


def with_names(order_id: str, state: ProjectionState, events: Sequence[Naming]) -> ProjectionState:
    """Return the state with the claims and the source id that the events give; itself if none."""
    if is_derived(order_id):
        name = state.name or UNOWNED
        source_id = next((event.source_id for event in events if event.source_id is not None), None)
        if name.source_id is None and source_id is not None:
            return replace(state, name=replace(name, source_id=source_id))
        return state if state.name is name else replace(state, name=name)
    new_claims = [event.claim for event in events if event.claim is not None]
    if not new_claims:
        return state
    claims = kept_claims((*state.claims, *new_claims))
    return state if claims == state.claims else replace(state, claims=claims)


def namers(
    before: ProjectionState, state: ProjectionState, events: Sequence[Naming]
) -> dict[str, str]:
    """Return the events that gave new names to an order, by source id: the earliest of each."""
    if state is before:
        return {}
    if state.name is not None:
        known = before.name or UNOWNED
        source_id = state.name.source_id if known.source_id is None else None
        first = next((each.event.id for each in events if each.source_id == source_id), None)
        return {} if source_id is None or first is None else {source_id: first}
    new = earliest(set(state.claims).difference(before.claims))
    return {source_id: claim.event for source_id, claim in new.items()}


def to_settle(
    before: ProjectionState,
    after: ProjectionState,
    events: Sequence[Naming],
    seen_again: Sequence[bool],
) -> ToSettle:
    """Return what these events leave to settle; ``seen_again`` says which were redelivered."""
    is_repeated = any(seen_again)
    if after.name is not None:
        return NOTHING if after is before and not is_repeated else ToSettle((), after, is_repeated)
    if not after.claims:
        return NOTHING
    known, first = earliest(before.claims), earliest(after.claims)
    source_ids = {source_id for source_id in first if known.get(source_id) != first[source_id]}
    source_ids.update(
        event.claim.source_id
        for event, again in zip(events, seen_again, strict=True)
        if again and event.claim is not None
    )
    if after is not before or is_repeated:
        source_ids.update(_to_join(before, is_repeated=is_repeated))
    if after.erased and (is_repeated or not before.erased):
        source_ids.update(first)
    return ToSettle(
        claims=tuple(first[source_id] for source_id in sorted(source_ids)),
        is_repeated=is_repeated,
        is_erased=after.erased,
    )


def _to_join(state: ProjectionState, *, is_repeated: bool) -> Iterator[str]:
    """Yield the source ids that an event of their owner tries again to join with it.

    One that was seen again may have joined them without being announced.
    """
    for source_id, imported in state.imports.items():
        match imported.standing:
            case Standing.NOT_JOINED:
                yield source_id
            case Standing.OWNED if is_repeated and imported.facts:
                yield source_id
            case _:
                pass
