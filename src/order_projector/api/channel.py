"""Strict channels: clients whose models refuse a whole answer for one value they do not know."""

from collections.abc import Mapping
from typing import Any, Final

_STRICT: Final = ("python-", "ruby-", "php-", "java-", ".net-")
_PUBLISHED: Final = b"statuses=published"

HEADER: Final = "X-Voucherify-Channel"


def is_strict(channel: str | None, query: bytes) -> bool:
    """Whether a request is of a strict channel."""
    if channel is not None and channel.lower().startswith(_STRICT):
        return True
    return _PUBLISHED in query.split(b"&")


def shown_order(order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an order as a strict channel is shown it: PROCESSING is not a published status."""
    if order.get("status") != "PROCESSING":
        return order
    return {**order, "status": "CREATED"}


def statuses_asked_for(statuses: list[str]) -> tuple[str, ...]:
    """Return the statuses that a strict channel's filter finds."""
    asked = dict.fromkeys(statuses)
    return tuple(asked) if "CREATED" not in asked else tuple({**asked, "PROCESSING": None})
