"""Groups of a batch in which an order and the names that it claims are together.

Then events by a source id are written after the claim, and never make an order of their own. In
different groups they may, and it goes into its owner at once: right, but one revision more.
"""

from collections.abc import Iterator, Mapping, Sequence

from order_projector.domain.source_ids import order_id_from
from order_projector.projection.decisions import InboundEvent


def grouped(
    events_by_order: Mapping[str, Sequence[InboundEvent]], most: int
) -> Iterator[dict[str, Sequence[InboundEvent]]]:
    """Yield the orders in groups of about equal size, of about ``most`` orders each."""
    units = list(_units(events_by_order))
    count = -(-len(events_by_order) // most)
    for nth in range(count):
        names = (name for unit in units[nth::count] for name in unit)
        yield {name: events_by_order[name] for name in names}


def _units(events_by_order: Mapping[str, Sequence[InboundEvent]]) -> Iterator[list[str]]:
    """Yield each order with the names that it is the first to claim, if they have events."""
    left = dict.fromkeys(events_by_order)
    claimed: dict[str, list[str]] = {}
    for order_id, events in events_by_order.items():
        for event in events:
            if event.claim is not None:
                name = order_id_from(event.claim.source_id)
                if name in left and name != order_id:
                    del left[name]
                    claimed.setdefault(order_id, []).append(name)
    for order_id in left:
        yield [order_id, *claimed.get(order_id, ())]
