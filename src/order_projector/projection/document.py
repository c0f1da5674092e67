"""The stored document of an order: see docs/reference/stored-form.md.

The top level is the order exactly as served, and `STATE_KEY` holds the projection's state. The BSON
size is counted, byte for byte, so that an order that does not fit is detected before anything is
sent, and an offline run rejects the same orders.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from order_projector.projection.bson_size import Unstorable, size_of
from order_projector.projection.ports import (
    Announcement,
    OrderWrite,
    ProjectionState,
    StoredOrder,
    Unusable,
    UnusableReason,
)
from order_projector.projection.state_layout import (
    LAYOUT,
    Malformed,
    Published,
    laid_out,
    published,
    read,
)
from order_projector.projection.stored import ErasedOrder
from order_projector.projection.stored_facts import stored_facts

STATE_KEY: Final = "_projection"

REDEMPTIONS: Final = "redemptions"
PAYMENTS: Final = "payments"
"""Members of the state that list ids of the served order, for an index: as keys of an object, as
they are served, no index can hold them."""

MERGED_INTO: Final = "merged_into"
"""The only public field of an order under a derived id that went into another one."""

LIMIT: Final = 15_000_000
"""Maximum bytes of BSON in a document; MongoDB's own limit is 16 MiB."""

_JSON_TO_BSON: Final = 16
"""Upper bound of document bytes per character of facts: at most 4 as text, and 6 as part of the
served order (the worst case is ``[0,0,...]``: 2 characters but 12 bytes per element)."""

SURELY_SMALL: Final = LIMIT // _JSON_TO_BSON
"""Characters of facts below which a document certainly fits."""


def compose(write: OrderWrite) -> dict[str, Any]:
    """Return the document of a new state, ``_id`` first."""
    state = laid_out(write.state, write.written_at) | dict(_listed_ids(write.order))
    return {"_id": write.order_id, **write.order, STATE_KEY: state}


def _listed_ids(order: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
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
        size = size_of(compose(write))
    except Unstorable as reason:
        return f"order {write.order_id}: {reason}"
    if size > LIMIT:
        return f"order {write.order_id} would take {size} bytes, the limit is {LIMIT}"
    return None


def surely_small(write: OrderWrite) -> bool:
    """Cheap check: True means the document certainly fits."""
    return sum(len(fact.text) for fact in stored_facts(write.state)) < SURELY_SMALL
