"""Lines that have no unit but those that redemptions added, as far as the served order hides them.

There, such a line looks the same whether the customer emptied it, an event listed it, or nothing
but its redemption brought it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from order_projector.domain.facts import Fact
from order_projector.domain.fold import fold
from order_projector.domain.voids import effective

Names = tuple[str | None, ...]
"""What a line is named by: its id, source id, related object, product id and SKU id."""

NAMES: Final = ("id", "source_id", "related_object", "product_id", "sku_id")
"""The members of a served item that hold them."""


@dataclass(frozen=True, slots=True)
class FreeLines:
    """What an order's facts say about its lines without units of the customer's.

    ``emptied`` names those that are the customer's: they stay when the units go. ``are_listed``
    says that others are there, and described, as a calculated order listed them.
    """

    emptied: frozenset[Names] = frozenset()
    are_listed: bool = False


NO_FREE_LINES: Final = FreeLines()


def free_lines(facts: Mapping[str, Fact]) -> FreeLines:
    """Return what the facts of an order say about such lines."""
    cart = fold(effective(facts).values()).cart
    emptied = frozenset(
        tuple(getattr(entry.line, name) for name in NAMES)
        for entry in cart.lines
        if entry.line.quantity == 0 and not entry.added_by_discount
    )
    return FreeLines(emptied, cart.retains_lines)
