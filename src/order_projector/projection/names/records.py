"""The record of a source id: who owns it, and what follows for the document of its derived id."""

from collections.abc import Sequence
from dataclasses import replace

from order_projector.domain.names import Owner
from order_projector.projection.bookkeeping import fingerprint
from order_projector.projection.decisions import NEW, Changed, Decision, Unchanged
from order_projector.projection.document import MERGED_INTO
from order_projector.projection.names.imports import refolded, served_again
from order_projector.projection.names.stored import (
    UNOWNED,
    Import,
    NameRecord,
    NameStage,
    Standing,
)
from order_projector.projection.ports import OrderWrite, ProjectionState, Unusable
from order_projector.projection.session import Fold

_NAMES = ("id", "object")
"""The public fields that an announcement of a merged order has as well."""


def registered(
    name_id: str,
    stored: ProjectionState | Unusable | None,
    source_id: str,
    claimants: Sequence[Owner],
    fold: Fold,
    traceparent: str | None = None,
) -> Decision:
    """Return the document of a derived id once these orders have claimed its source id.

    The smallest claim owns it. The order that the document may have been goes into the owner.
    """
    if isinstance(stored, Unusable):
        return stored
    before = stored or NEW
    name = before.name or UNOWNED
    after = _claimed(name, before.counter + 1, claimants)
    if after.source_id is None:
        after = replace(after, source_id=source_id)
    if after == before.name:
        return Unchanged(())
    if after.is_order:  # it could not be joined with its owner, and is not tried again here
        return refolded(name_id, before, replace(before, name=after), fold)
    new = replace(before, counter=before.counter + 1, name=after)
    return _merged(name_id, stored, new, traceparent)


def _claimed(name: NameRecord, counter: int, claimants: Sequence[Owner]) -> NameRecord:
    best, owner = min(claimants), name.owner
    orders = {claimant.order_id for claimant in claimants}
    if owner is not None:
        orders.add(owner.order_id)
    name = replace(name, is_contested=name.is_contested or len(orders) > 1)
    if owner is None:
        return replace(name, owner=best, since=counter, stage=NameStage.MERGED)
    if not best < owner:
        return name
    if best.order_id == owner.order_id:
        return replace(name, owner=best)
    others = tuple(dict.fromkeys((*name.others, owner.order_id)))
    return replace(name, owner=best, since=counter, stage=NameStage.MERGED, others=others)


def _merged(
    name_id: str,
    stored: ProjectionState | None,
    new: ProjectionState,
    traceparent: str | None,
) -> Decision:
    """Return the document of an order that is one no more, with its last revision.

    Where it never was an order, it has none.
    """
    before = stored or NEW
    name = new.name or UNOWNED
    order = {MERGED_INTO: name.owner_id}
    digests = {MERGED_INTO: fingerprint(name.owner_id)}
    if before.revision == 0 or digests == before.digests or name.owner is None:
        return _write(name_id, stored, new, order)
    gone = [each for each in before.digests if each not in (*_NAMES, MERGED_INTO)]
    return _write(
        name_id,
        stored,
        replace(
            new,
            revision=before.revision + 1,
            digests=digests,
            changes=(*gone, MERGED_INTO),
            causes=(name.owner.event,),
            pending=(),
            retired=(),
            traceparent=traceparent,
            flags=(),
            revision_flags=(),
        ),
        order,
    )


def _write(
    name_id: str,
    stored: ProjectionState | None,
    new: ProjectionState,
    order: dict[str, str],
) -> Changed:
    before = stored or NEW
    expected = None if stored is None else stored.counter
    announces = new.revision > before.revision
    return Changed((), OrderWrite(name_id, expected, order, new), announces)


def emptied(
    name_id: str,
    stored: ProjectionState | Unusable | None,
    owner_id: str,
    stage: NameStage,
    traceparent: str | None = None,
) -> Decision:
    """Return the document of a name whose owner is erased: what came by it goes along.

    In `NameStage.RETAINED` it is kept, for an owner to come. An order that could not be joined with
    its owner is merged into it now, and so gone with it.
    """
    if isinstance(stored, Unusable):
        return stored
    if stored is None or stored.name is None or stored.name.owner_id != owner_id:
        return Unchanged(())
    if stored.name.stage not in {NameStage.MERGED, NameStage.NOT_JOINED}:
        return Unchanged(())
    keeps = stored.erased or stage is NameStage.RETAINED
    new = replace(
        stored,
        counter=stored.counter + 1,
        facts=stored.facts if keeps else {},
        name=replace(stored.name, stage=stage),
    )
    if stored.name.is_order:  # it is one no more, since its owner has gone
        return _merged(name_id, stored, new, traceparent)
    return _write(name_id, stored, new, {MERGED_INTO: owner_id})


def set_apart(
    name_id: str,
    stored: ProjectionState | Unusable | None,
    owner_id: str,
    version: int,
    fold: Fold,
    traceparent: str | None = None,
) -> Decision:
    """Return the document of a name whose owner cannot take it in: it is an order all the same.

    Nothing changes unless its owner has declined exactly this ``version`` of it.
    """
    if isinstance(stored, Unusable):
        return stored
    if stored is None or stored.name is None or stored.name.owner_id != owner_id:
        return Unchanged(())
    if stored.name.stage is not NameStage.MERGED or stored.counter != version:
        return Unchanged(())
    after = replace(stored, name=replace(stored.name, stage=NameStage.NOT_JOINED))
    return served_again(name_id, stored, after, fold, traceparent)


def rejoined(
    name_id: str,
    stored: ProjectionState | Unusable | None,
    owner_id: str,
    traceparent: str | None = None,
) -> Decision:
    """Return the document of a name that goes into its owner after all."""
    if isinstance(stored, Unusable):
        return stored
    if stored is None or stored.name is None or stored.name.owner_id != owner_id:
        return Unchanged(())
    if stored.name.stage is not NameStage.NOT_JOINED:
        return Unchanged(())
    name = replace(stored.name, stage=NameStage.MERGED)
    new = replace(stored, counter=stored.counter + 1, name=name)
    return _merged(name_id, stored, new, traceparent)


def for_owner(state: ProjectionState) -> Import:
    """Return the import for the owner of a source id, from the document as it is stored."""
    name = state.name or UNOWNED
    standing = Standing.NOT_JOINED if name.is_order else Standing.OWNED
    facts = {} if name.is_order or state.erased else state.facts
    return Import(state.counter, standing, name.is_contested, facts)


def for_others(state: ProjectionState) -> Import:
    """Return the import for an order that claimed a source id and does not own it."""
    return Import((state.name or UNOWNED).since, Standing.TAKEN)
