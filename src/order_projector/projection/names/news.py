"""The news for orders about the source ids that they claimed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from order_projector.projection.names.imports import News
from order_projector.projection.names.pending import PendingName
from order_projector.projection.names.records import for_others, for_owner
from order_projector.projection.names.stored import UNOWNED, Import, NameRecord, NameStage
from order_projector.projection.ports import ProjectionState


def record_of(each: PendingName) -> NameRecord:
    """Return the record of a source id, as its document was read or written last."""
    return (each.state.name if each.state else None) or UNOWNED


def to_losers(pending: Mapping[str, PendingName]) -> dict[str, News]:
    """Return the news for orders that claimed a source id or owned it, and do not own it."""
    news = _NewsByOrder()
    for each in pending.values():
        record = record_of(each)
        for order_id in dict.fromkeys((*record.others, *each.claims)):
            if order_id != record.owner_id and each.state is not None:
                news.add(order_id, each, for_others(each.state))
    return news.by_order


def to_owners(pending: Mapping[str, PendingName]) -> dict[str, News]:
    """Return the news for owners: none if nothing ever came by their source id."""
    news = _NewsByOrder()
    for each in pending.values():
        record, state = record_of(each), each.state
        if state is None or record.stage in {NameStage.ERASED, NameStage.RETAINED}:
            continue
        if state.facts or record.others or each.is_erased:
            news.add(record.owner_id, each, for_owner(state))
    return news.by_order


def to_owner(each: PendingName, state: ProjectionState) -> News:
    """Return the news of this state of a name's document for its owner."""
    news = _NewsByOrder()
    news.add(record_of(each).owner_id, each, for_owner(state))
    return news.by_order.get(record_of(each).owner_id, News())


def once_joined(each: PendingName, state: ProjectionState) -> News:
    """Return the news for the owner of a name once the name goes into it, after this state."""
    name = replace(state.name or UNOWNED, stage=NameStage.MERGED)
    return to_owner(each, replace(state, counter=state.counter + 1, name=name))


@dataclass(frozen=True, slots=True)
class _NewsByOrder:
    """News by order, of which one may own or lose several source ids."""

    by_order: dict[str, News] = field(default_factory=dict)

    def add(self, order_id: str, each: PendingName, one: Import) -> None:
        source_id = record_of(each).source_id
        if source_id is not None:
            known = self.by_order.get(order_id, News(traceparent=each.traceparent))
            imports = {**known.imports, source_id: one}
            self.by_order[order_id] = replace(known, imports=imports)
