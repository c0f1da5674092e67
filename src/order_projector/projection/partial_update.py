"""The update that turns the stored document of a long order into that of its next state.

Most of such a document stays as it is: its checkpoint, and all payments and redemptions but one.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from order_projector.projection.document import PAYMENTS, REDEMPTIONS, listed_ids, sealed_state
from order_projector.projection.ports import OrderWrite
from order_projector.projection.seal import SEAL, seal_of
from order_projector.projection.state import STATE_KEY, ProjectionState
from order_projector.projection.state_layout import laid_out

LARGE: Final = 32_768
"""Characters of a checkpoint from which on a document is updated. A smaller one is replaced."""

_BY_ID: Final = frozenset((PAYMENTS, REDEMPTIONS))
_CHECKPOINT: Final = "checkpoint"
_PATH: Final = re.compile(r"[A-Za-z0-9_-]+")
"""Ids that stand for themselves in the path of an update: a number could be the place in a list."""
_SCALARS: Final = frozenset((str, int, bool, type(None)))

Json = Mapping[str, Any]


class _Replaced(Exception):
    """The document cannot become the next one by an update, or not with the same key order."""


def partial_update(write: OrderWrite, large: int = LARGE) -> dict[str, Any] | None:
    """Return what to update in the document of ``write.base``; None if it is to be replaced.

    The updated document equals that of `compose`, key by key in the same order.
    """
    base = write.base
    if base is None or not _keeps_checkpoint(base, write.state, large):
        return None
    try:
        changed = dict(_changed(base.served(), write.order))
        pushed, listed = _lists(base.served(), write.order)
    except _Replaced:
        return None
    state = {name: it for name, it in sealed_state(write).items() if name != _CHECKPOINT} | listed
    update: dict[str, Any] = {
        "$set": changed | {f"{STATE_KEY}.{name}": it for name, it in state.items()}
    }
    if pushed:
        update["$push"] = {f"{STATE_KEY}.{name}": {"$each": it} for name, it in pushed.items()}
    return update


def rests_on(base: ProjectionState) -> dict[str, str]:
    """Return what must be stored, beside the counter, of the document that is updated.

    After a restored backup, another history can have come to the same counter: what an update does
    not send would remain of that one. Its facts, offsets or causes are others, and so is its seal.
    """
    return {f"{STATE_KEY}.{SEAL}": seal_of(laid_out(base, written_at=0))}


def _keeps_checkpoint(base: ProjectionState, state: ProjectionState, large: int) -> bool:
    """Whether both states have the same large checkpoint, and the same members."""
    kept = state.checkpoint
    if kept is None or len(kept.state) < large or base.live is None:
        return False
    return base.checkpoint == kept and not (base.refold or state.refold)


def _changed(before: Json, after: Json) -> Iterator[tuple[str, Any]]:
    """Yield each served field that changes, by its path."""
    if list(before) != list(after):
        raise _Replaced
    for field, value in after.items():
        old = before[field]
        if value is old or (type(value) in _SCALARS and type(old) is type(value) and value == old):
            continue
        if field in _BY_ID:
            yield from _changed_entries(field, old, value)
        else:
            yield field, value


def _changed_entries(field: str, before: Json, after: Json) -> Iterator[tuple[str, Any]]:
    """Yield each entry that changes, by its path, and one new one at most.

    A server appends several new ones in the order of their names.
    """
    names = list(after)
    if names[: len(before)] != list(before) or len(names) > len(before) + 1:
        raise _Replaced
    for name, entry in after.items():
        old = before.get(name)
        if entry is old or entry == old:
            continue
        if name.isdecimal() or _PATH.fullmatch(name) is None:
            raise _Replaced
        yield f"{field}.{name}", entry


def _lists(before: Json, after: Json) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the ids to append to each list of ids, and the lists that change otherwise."""
    pushed, replaced = dict[str, list[str]](), dict[str, list[str]]()
    old = dict(listed_ids(before))
    for name, ids in listed_ids(after):
        known = old[name]
        if ids[: len(known)] != known:
            replaced[name] = ids
        elif new := ids[len(known) :]:
            pushed[name] = new
    return pushed, replaced
