"""The currency in which an order's page shows its money."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from order_projector.domain.currency import Currency, only_currency
from order_projector.domain.explanation import Explanation


def served_currency(order: Mapping[str, Any]) -> Currency:
    """Return the one currency that the payments of a served order name."""
    return only_currency(each.get("currency") for each in order.get("payments", {}).values())


def in_known_currency(explanation: Explanation, order: Mapping[str, Any]) -> Explanation:
    """Return the explanation of a moment in the currency that its order has today.

    Before its first payment an order has none, but people read all its moments side by side.
    """
    money = explanation.money
    if money.currency.code is not None:
        return explanation
    return replace(explanation, money=replace(money, currency=served_currency(order)))
