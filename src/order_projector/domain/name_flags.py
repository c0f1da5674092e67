"""The flags of an order's names: they depend on who owns its source ids."""

from collections.abc import Iterator, Mapping

from order_projector.domain.facts import Fact
from order_projector.domain.flags import Flag, FlagCode
from order_projector.domain.names import OrderNames, earliest


def name_flags(
    names: OrderNames, effective: Mapping[str, Fact], place: Mapping[str, int]
) -> Iterator[Flag]:
    """Yield the flags of the names; `effective` are the facts that count, by identity.

    `place` is the place of each event on the timeline.
    """
    first = earliest(names.claims)
    for source_id in sorted(names.taken & first.keys()):
        yield Flag(
            FlagCode.SOURCE_ID_TAKEN,
            first[source_id].event,
            source_id,
            "Another order claimed this source id earlier, so events that name it alone belong to "
            "that order. Give each order a source id of its own; prefix those of several shops.",
        )
    for source_id, identities in sorted(names.contested.items()):
        served = [effective[name].event.id for name in identities if name in effective]
        if served:
            yield Flag(
                FlagCode.SOURCE_ID_SHARED,
                max(served, key=lambda event: (place.get(event, -1), event)),
                source_id,
                "Events came by this source id alone, and another order claims it, too. If two "
                "shops use the same number, prefix their source ids; void an event that belongs "
                "to the other order, and send it again by id.",
            )
    for source_id, event in sorted(names.not_joined.items()):
        yield Flag(
            FlagCode.NAMES_NOT_JOINED,
            event,
            source_id,
            "The order that owns this source id cannot take in the events that came by it alone: "
            "its document would be too large, or cannot be written. They stay an order of their "
            "own; the next event of either tries again.",
        )
