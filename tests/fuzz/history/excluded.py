"""Branches of the fold that no history of a self-consistent sender reaches, and why."""

from collections.abc import Mapping
from typing import Final

_EXPLAIN = "only `explain` observes the fold"
_CLOSED = "the last case of a closed sum: there is no other"
_DETAILS = "a detail that moves neither money nor units"
_DECODING = "decoding refuses such an event"
_ONE_NAME = "the sender names its lines by ids alone, one name each"
_ONE_LEVEL = "the sender has no stacks in stacks"
_CIRCLE = "no redemption of the sender is its own ancestor"
_TOTALS = "only calculated orders come this far"
_BUNDLES = "the sender gives no bundles"
_CREDITS = "the sender says how many credits are used, and both ratios of a coin"
_FEW = "the sender's orders are too small for it"
_PAID = "the sender tells the amount of each payment"
_ONE_ORDER = "the sender tells of one order in each event"
_ROOM = "the sender keeps within the bounds of what it calculates"
_PRICED = "the sender lists the price and the cost that it knows"

Branch = tuple[str, str]
"""The module, and the source line of the condition."""

EXCLUDED: Final[Mapping[Branch, str]] = {
    ("learning.py", "if observer:"): _EXPLAIN,
    ("redeeming.py", "if observer:"): _EXPLAIN,
    ("rolling_back.py", "if observer:"): _EXPLAIN,
    (
        "rolling_back.py",
        "if step.teller and release(order, step.teller, details) and observer:",
    ): "the sender tells of several redemptions of one request as a stack alone",
    ("steps.py", "if observer:"): _EXPLAIN,
    ("discounts/spreading.py", "for key, line, left, (cents, _, units) in rows:"): _EXPLAIN,
    ("discounts/spreading.py", "if cents:"): _EXPLAIN,
    ("discounts/units.py", "for given in contributions:"): _EXPLAIN,
    ("discounts/units.py", "if given.discount:"): _EXPLAIN,
    ("discounts/units.py", "if not units or line is None:"): _EXPLAIN,
    ("contribution.py", "case InvalidDiscount(reason=reason):"): _CLOSED,
    ("discounts/pricing.py", "case Points():"): _CLOSED,
    ("timeline.py", "case FactStep():"): _CLOSED,
    ("steps.py", "if created is not None:"): _DETAILS,
    ("steps.py", "if updated is not None:"): _DETAILS,
    ("learning.py", "if details.source_id is not None:"): _DETAILS,
    ("learning.py", "if details.metadata is not None:"): _DETAILS,
    ("learning.py", "if details.customer_id is not None:"): _DETAILS,
    ("learning.py", "if details.customer_source_id is not None:"): _DETAILS,
    ("learning.py", "if details.referrer_id is not None:"): _DETAILS,
    ("learning.py", "if details.referrer_source_id is not None:"): _DETAILS,
    ("discounts/money_off.py", "if percent is None:"): _DECODING,
    ("discounts/money_off.py", "if percent < 0:"): _DECODING,
    ("tables.py", "if name != longest:"): _ONE_NAME,
    (
        "tables.py",
        "if nth < len(self.positions) and self.positions[nth] == position:",
    ): _ONE_NAME,
    ("timeline.py", "if child not in topmost:"): _ONE_LEVEL,
    ("timeline.py", "if head not in heads:"): _ONE_LEVEL,
    ("timeline.py", "if parent in places:"): _CIRCLE,
    ("cart.py", "for sums in self._in_force.waiting():"): _ROOM,
    (
        "contribution.py",
        "if not capacity.admit(((line_contribution, cart.find(line_contribution.key)),)):",
    ): _ROOM,
    ("listed.py", "if (cost < 0) == (own < 0):"): _PRICED,
    ("carried.py", "if totals is None:"): _TOTALS,
    ("learning.py", "if is_bounded and incoming.about and not isinstance(fact, Rollback):"): _ROOM,
    ("discounts/bundles.py", "if quantity == 1:"): _BUNDLES,
    (
        "discounts/bundles.py",
        'if amount is not None and discount.effect != "APPLY_TO_ITEMS_BY_QUANTITY":',
    ): _BUNDLES,
    ("discounts/bundles.py", 'if targets and discount.type != "PERCENT":'): _BUNDLES,
    ("discounts/bundles.py", "for target in targets:"): _BUNDLES,
    (
        "discounts/credits.py",
        "if isinstance(result, ValidDiscount) and gift.used is None:",
    ): _CREDITS,
    ("discounts/credits.py", "if text is None:"): _CREDITS,
    (
        "discounts/money_off.py",
        "if discount.effect is not None and discount.applicable_to == ():",
    ): "the sender leaves an empty list out",
    ("memo.py", "if len(memo) >= _MOST_REMEMBERED:"): _FEW,
    ("tables.py", "if len(self._found) >= _MOST_FOUND:"): _FEW,
    ("tables.py", "if len(known) == 1:"): _ONE_NAME,
    ("tables.py", "for name in known:"): _ONE_NAME,
    ("payments.py", "if payment.amount is not None:"): _PAID,
    ("payments.py", "if refund.payment_amount is not None:"): _PAID,
    ("payments.py", "if fact.method is not None:"): _DETAILS,
    ("payments.py", "case Payment():"): _CLOSED,
    (
        "payments.py",
        "if currency and len(currency) <= _LONGEST_SHOWN and currency.isprintable():",
    ): "the sender's currencies are short",
    ("redeeming.py", 'if own and own.type == "promotion_stack":'): _DETAILS,
    ("redeeming.py", "if step.promotion_stack:"): _DETAILS,
    ("redeeming.py", "if isinstance(fact, Redemption) and fact.afterwards:"): _ONE_ORDER,
    ("steps.py", "case Redemption(afterwards=EventDetails() as afterwards):"): _ONE_ORDER,
    ("timeline.py", "case Stack():"): "the sender lists its stacks in whole requests alone",
    ("timeline.py", "case Erasure():"): "the sender erases no order",
}
