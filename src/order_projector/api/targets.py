"""Which order a written body is about, and what of it counts."""

from collections.abc import Callable, Mapping
from typing import Any

from order_projector.api import writing
from order_projector.api.drafts import Draft, has_status_of_channel
from order_projector.api.errors import gone, invalid_payload, unavailable
from order_projector.api.history import OrderHistory, Unreadable
from order_projector.api.wording import sentence_of
from order_projector.api.writing import OrderWriter, Target
from order_projector.api.written_items import has_added_line
from order_projector.domain.free_lines import NO_FREE_LINES, FreeLines
from order_projector.events.text import fault_of_id
from order_projector.projection.ports import StoredOrder
from order_projector.projection.reading import FoundOrder, OrderReader
from order_projector.projection.stored import ErasedOrder

MakeDraft = Callable[[Mapping[str, Any], Mapping[str, Any] | None, FreeLines], Draft]


def check_names(body: Mapping[str, Any]) -> None:
    """Raise `ApiError` if the names in a body cannot be those of an order."""
    for name in ("id", "source_id"):
        value = body.get(name)
        if value is None or (name == "source_id" and value == "" and body.get("id")):
            continue
        if not isinstance(value, str):
            raise invalid_payload(f"Property .{name} must be a string")
        if fault := fault_of_id(value):
            raise invalid_payload(f"Property .{name} {sentence_of(fault)}")


async def target_of(reader: OrderReader, body: Mapping[str, Any], new_id: str | None) -> Target:
    """Return which order a body is about; ``new_id`` is for one without names.

    Raises `ApiError` if the order was erased.
    """
    order_id, source_id = body.get("id") or new_id, body.get("source_id")
    if body.get("id") is None and source_id:
        stored = live(await reader.by_source_id(source_id), source_id)
        return writing.by_source_id(source_id) if stored is None else writing.of_stored(stored)
    if order_id is None:
        return writing.new_target()
    stored = live(await reader.by_id(order_id), order_id)
    return writing.by_id(order_id) if stored is None else writing.of_stored(stored)


async def drafted(
    writer: OrderWriter, target: Target, body: Mapping[str, Any], draft: MakeDraft
) -> Draft:
    """Return what of a body counts for its target.

    Only the facts of the order say whose a line with free units alone is: they are read if there is
    such a line, and it may be written back.
    """
    stored = target.order
    if stored is None or not all(map(has_added_line, (body.get("items"), stored.get("items")))):
        return draft(body, stored, NO_FREE_LINES)
    history = OrderHistory(writer.store, writer.compute)
    try:
        return draft(body, stored, await history.free_lines(target.order_id))
    except Unreadable:
        raise unavailable() from None


def live(found: FoundOrder | None, name: str) -> StoredOrder | None:
    """Return the order that was found, if there is one. Raises `ApiError` if it was erased."""
    if found is None:
        return None
    if isinstance(found.order, ErasedOrder):
        raise gone(name)
    return found.order


def without_shown_status(target: Target, draft: dict[str, Any]) -> dict[str, Any]:
    """Return the draft without the status that a strict channel was shown for PROCESSING."""
    if has_status_of_channel(draft, target.order):
        return {name: value for name, value in draft.items() if name != "status"}
    return draft
