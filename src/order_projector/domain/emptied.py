"""The customer's lines that have no unit but those that redemptions added.

The served order does not tell them from the lines that redemptions brought, yet they stay when the
units go.
"""

from collections.abc import Mapping

from order_projector.domain.facts import Fact
from order_projector.domain.fold import fold
from order_projector.domain.voids import effective

Names = tuple[str | None, ...]
"""What a line is named by: its id, source id, related object, product id and SKU id."""

NAMES = ("id", "source_id", "related_object", "product_id", "sku_id")
"""The members of a served item that hold them."""


def emptied_lines(facts: Mapping[str, Fact]) -> frozenset[Names]:
    """Return the names of these lines in the order of the facts."""
    cart = fold(effective(facts).values()).cart
    return frozenset(
        tuple(getattr(entry.line, name) for name in NAMES)
        for entry in cart.lines
        if entry.line.quantity == 0 and not entry.added_by_discount
    )
