"""The stored document of an order: see docs/reference/stored-form.md.

The top level is the order exactly as served, and `STATE_KEY` holds the projection's state. The BSON
size is counted, byte for byte, so that an order that does not fit is detected before anything is
sent, and an offline run rejects the same orders.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from order_projector.projection.bson_size import Unstorable, size_of
from order_projector.projection.ports import (
    Announcement,
    OrderWrite,
    ProjectionState,
    StoredOrder,
    Unusable,
    UnusableReason,
)
from order_projector.projection.seal import SEAL, seal_of
from order_projector.projection.state import STATE_KEY
from order_projector.projection.state_layout import (
    LAYOUT,
    Published,
    laid_out,
    published,
    read,
)
from order_projector.projection.stored import ErasedOrder, Malformed
from order_projector.projection.stored_facts import stored_facts

__all__ = ["STATE_KEY"]  # beside what is defined here

REDEMPTIONS: Final = "redemptions"
PAYMENTS: Final = "payments"
"""Members of the state that list ids of the served order, for an index: as keys of an object, as
they are served, no index can hold them."""

MERGED_INTO: Final = "merged_into"
"""The only public field of an order under a derived id that went into another one."""

LIMIT: Final = 15_000_000
"""Maximum bytes of BSON that are served of an order."""

DOCUMENT_LIMIT: Final = 16_700_000
"""Maximum bytes of BSON in a document; MongoDB's own limit is 16 MiB."""

_TEXT_TO_BSON: Final = 4
"""Upper bound of document bytes per character of a text."""

_SERVED_TO_BSON: Final = 6
"""Upper bound of document bytes per byte of JSON that is served: the worst case is ``[0,0,...]``,
2 characters but 12 bytes per element."""

_JSON_TO_BSON: Final = 16
"""Upper bound of document bytes per character of facts, as text and as part of what is served."""

SURELY_SMALL: Final = LIMIT // _JSON_TO_BSON
"""Characters of facts below which a document certainly fits."""


def compose(write: OrderWrite) -> dict[str, Any]:
    """Return the document of a new state, ``_id`` first."""
    state = sealed_state(write) | dict(listed_ids(write.order))
    return {"_id": write.order_id, **write.order, STATE_KEY: state}


def sealed_state(write: OrderWrite) -> dict[str, Any]:
    """Return the projection state of a write as it is laid out, with its seal."""
    state = laid_out(write.state, write.written_at)
    return state | {SEAL: seal_of(state)}


def state_update(write: OrderWrite) -> dict[str, Any]:
    """Return the update of the state alone: what it does not name, a later release's too, stays."""
    state = sealed_state(write)
    update: dict[str, Any] = {"$set": {f"{STATE_KEY}.{name}": it for name, it in state.items()}}
    if not write.state.refold:
        update["$unset"] = {f"{STATE_KEY}.refold": ""}
    return update


def listed_ids(order: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the ids by which an order is found, unless it has none of the kind."""
    if entries := order.get("redemptions"):
        children = (child for entry in entries.values() for child in entry.get("stacked", ()))
        yield REDEMPTIONS, list(dict.fromkeys((*entries, *children)))
    if payments := order.get("payments"):
        yield PAYMENTS, list(payments)


def read_state(document: Mapping[str, Any]) -> ProjectionState | Unusable:
    """Return the state that `compose` laid out, or what is wrong with a stored document.

    Never raises, whatever the collection holds.
    """
    state = document.get(STATE_KEY)
    match state:
        case {"layout": int(layout)} if layout > LAYOUT:
            return Unusable(
                UnusableReason.NEWER_LAYOUT,
                f"its document has layout {layout}, this release reads {LAYOUT}",
            )
        case {"layout": _}:
            return _read(state)
        case Mapping():
            reason = f"{STATE_KEY} of its document has no layout"
        case _ if STATE_KEY in document:
            reason = f"{STATE_KEY} of its document is not an object"
        case _:
            reason = f"a document of that id has no {STATE_KEY}"
    return Unusable(UnusableReason.FOREIGN_DOCUMENT, reason)


def _read(state: Any) -> ProjectionState | Unusable:
    try:
        return read(state)
    except Malformed as error:
        message = f"{STATE_KEY}.{error.field} of its document {error.reason}"
        return Unusable(UnusableReason.BOOKKEEPING, message)


def announced_order(order_id: str, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an announcement says of a served order; a merged one only says where it is."""
    if MERGED_INTO in order:
        return {"id": order_id, "object": "order", **order}
    return order


def announceable(order_id: str, document: Mapping[str, Any]) -> Announcement | None:
    """Return what is announced of a stored document.

    None if it is not of our layout, or if it never was an order.
    """
    match published(document.get(STATE_KEY)):
        case None | Published(revision=0):
            return None
        case Published(erased=True, revision=revision, traceparent=traceparent) if (
            MERGED_INTO not in document
        ):
            return ErasedOrder(order_id, revision, traceparent)
        case state:
            return StoredOrder(
                order_id=order_id,
                order=announced_order(order_id, served(document)),
                revision=state.revision,
                changes=state.changes,
                causes=state.causes,
                traceparent=state.traceparent,
                flags=state.flags,
            )


def served(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the served order: all of a document but its id and the projection state."""
    return {name: value for name, value in document.items() if name not in {"_id", STATE_KEY}}


def merged_into(document: Mapping[str, Any]) -> str | None:
    """Return the id of the order into which the order of a document went, if it did."""
    owner = document.get(MERGED_INTO)
    return owner if isinstance(owner, str) else None


def segment_names(document: Mapping[str, Any]) -> list[str]:
    """Return the names of the segments that a stored document lists, as far as they can be read."""
    state = document.get(STATE_KEY)
    listed = state.get("apart") if isinstance(state, Mapping) else None
    refs = listed if isinstance(listed, list) else []
    names = (ref.get("id") for ref in refs if isinstance(ref, Mapping))
    return [name for name in names if isinstance(name, str)]


def stored_revision(document: Mapping[str, Any]) -> int | None:
    """Return the revision of a stored document; None if the document is not ours."""
    return _number(document, "revision")


def stored_counter(document: Mapping[str, Any]) -> int | None:
    """Return the counter of a stored document; None if the document is not ours."""
    return _number(document, "counter")


def _number(document: Mapping[str, Any], name: str) -> int | None:
    state = document.get(STATE_KEY)
    number = state.get(name) if isinstance(state, Mapping) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def why_unstorable(write: OrderWrite) -> str | None:
    """Return in one line why this state of an order cannot be stored; None if it can."""
    try:
        served_size = size_of({"_id": write.order_id, **write.order})
        size = size_of(compose(write))
    except Unstorable as reason:
        return f"order {write.order_id}: {reason}"
    if served_size > LIMIT:
        return f"order {write.order_id} would take {served_size} bytes, the limit is {LIMIT}"
    if size > DOCUMENT_LIMIT:
        return (
            f"the document of order {write.order_id} would take {size} bytes, the limit is "
            f"{DOCUMENT_LIMIT}"
        )
    return None


def surely_small(write: OrderWrite) -> bool:
    """Cheap check: True means the document certainly fits."""
    state = write.state
    texts = sum(len(fact.text) for fact in stored_facts(state))
    if not state.apart and state.checkpoint is None:
        return texts < SURELY_SMALL
    encoded = write.encoded
    if encoded is None:
        try:
            encoded = orjson.dumps(write.order)
        except TypeError:  # an integer that BSON cannot hold, either
            return False
    kept = len(state.checkpoint.state) + len(state.checkpoint.names) if state.checkpoint else 0
    return _SERVED_TO_BSON * len(encoded) + _TEXT_TO_BSON * (texts + kept) < LIMIT
