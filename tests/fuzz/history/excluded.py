"""Branches of the fold that no history of a self-consistent sender reaches, and why not."""

from collections.abc import Mapping
from typing import Final

_EXPLAIN = "only `explain` observes the fold"
_CLOSED = "the last case of a closed sum: there is no other"
_DETAILS = "a detail that moves neither money nor units"
_DECODING = "decoding refuses such an event"
_ONE_NAME = "the sender names its lines by ids alone, one name each"
_ONE_LEVEL = "the sender has no stacks in stacks"
_CIRCLE = "no redemption of the sender is its own ancestor"
_ONCE = "the sender rolls a redemption back once"
_ROOM = "the sender keeps within the bounds of what it calculates"
_PRICED = "the sender lists the price and the cost that it knows"

Branch = tuple[str, str]
"""The module, and the line of its source that decides."""

EXCLUDED: Final[Mapping[Branch, str]] = {
    ("order.py", "if observer:"): _EXPLAIN,
    ("order.py", "case FactStep(fact=Snapshot() as snapshot):"): _CLOSED,
    ("contribution.py", "case InvalidDiscount(reason=reason):"): _CLOSED,
    ("discounts/pricing.py", "case Points():"): _CLOSED,
    ("timeline.py", "case FactStep():"): _CLOSED,
    ("order.py", "if created is not None:"): _DETAILS,
    ("order.py", "if updated is not None:"): _DETAILS,
    ("order.py", "if details.source_id is not None:"): _DETAILS,
    ("order.py", "if details.metadata is not None:"): _DETAILS,
    ("order.py", "if details.customer_id is not None:"): _DETAILS,
    ("order.py", "if details.referrer_id is not None:"): _DETAILS,
    ("discounts/money_off.py", "if percent is None:"): _DECODING,
    ("discounts/money_off.py", "if percent < 0:"): _DECODING,
    ("index.py", "if name != longest:"): _ONE_NAME,
    (
        "index.py",
        "if nth < len(self.positions) and self.positions[nth] == position:",
    ): _ONE_NAME,
    ("timeline.py", "if child not in topmost:"): _ONE_LEVEL,
    ("timeline.py", "if head not in heads:"): _ONE_LEVEL,
    ("timeline.py", "if parent in places:"): _CIRCLE,
    ("order.py", "if earlier is None or earlier.rollback is None:"): _ONCE,
    ("cart.py", "for sums in self._in_force.waiting():"): _ROOM,
    ("contribution.py", "if not capacity.admit((line_contribution,), cart):"): _ROOM,
    ("quantities.py", "if (cost < 0) == (own < 0):"): _PRICED,
    ("quantities.py", "if price is None and stored:"): _PRICED,
}
