"""The figures of a demo: counts and sums over its orders, and latency."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Skipped
from order_projector.verification.check import Announced, DeadLetterRecord
from order_projector.verification.expected_orders import money_counts, money_taken
from order_projector.workload.catalogue import CURRENCY
from order_projector.workload.stream import Sent

Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Money:
    """Sums over all orders, in cents."""

    amount: int
    discounts: int
    total: int
    payments: int
    refunds: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from an event's production to the first ``order.updated`` that it caused."""

    events: int
    p50: float
    p99: float


def by_status(orders: Iterable[Order]) -> Counter[str]:
    """Count the orders by status."""
    return Counter(order["status"] for order in orders)


def by_code(dead_letters: Iterable[DeadLetterRecord]) -> Counter[str]:
    """Count the dead letters by error code."""
    codes = {letter.source: letter.code for letter in dead_letters}
    return Counter(codes.values())


def by_reason(sent: Iterable[Sent]) -> Counter[str]:
    """Count the records that have no effect on any order by type or reason."""
    outcomes = (decode(one.record.value, one.record.headers) for one in sent)
    return Counter(outcome.type for outcome in outcomes if isinstance(outcome, Skipped))


def by_flag(documents: Iterable[Order]) -> Counter[str]:
    """Count the flags of the stored orders by code."""
    return Counter(flag["code"] for each in documents for flag in each["_projection"]["flags"])


def money(orders: Iterable[Order]) -> Money:
    """Sum up all orders, and their payments in the shop's currency."""
    orders = tuple(orders)
    payments = [
        payment
        for order in orders
        for payment in order.get("payments", {}).values()
        if money_counts(payment, CURRENCY)
    ]
    paid = [each for each in payments if each["status"] in {"SUCCEEDED", "REFUNDED"}]
    return Money(
        amount=_total(orders, "amount"),
        discounts=_total(orders, "total_discount_amount"),
        total=_total(orders, "total_amount"),
        payments=sum(map(money_taken, paid)),
        refunds=_total(payments, "refunded_amount"),
    )


def latency(sent: Iterable[Sent], announced: Iterable[Announced]) -> Latency:
    """Measure the time from these events to their first announcements."""
    begun: dict[str, float] = {}
    for one in sent:
        outcome = decode(one.record.value, one.record.headers)
        if isinstance(outcome, Accepted):
            begun[outcome.event.id] = min(one.at, begun.get(outcome.event.id, one.at))
    ended: dict[str, float] = {}
    for news in announced:
        for event in () if news.content is None else news.content["causes"]:
            ended[event] = min(news.at, ended.get(event, news.at))
    waits = [(ended[event] - at) * 1_000 for event, at in begun.items() if event in ended]
    return Latency(len(waits), *_percentiles(waits))


def most_eventful(orders: Iterable[Order]) -> Order:
    """Return the order with the most kinds of events: stacked, rolled back, paid."""
    return max(orders, key=_events)


def _events(order: Order) -> tuple[int, int]:
    redemptions = order.get("redemptions", {}).values()
    happened = (
        any("stacked" in entry for entry in redemptions),
        any("rollback_id" in entry for entry in redemptions),
        any("rollback_id" in entry and "stacked" in entry for entry in redemptions),
        "payments" in order and order["status"] == "PAID",
        "initial_amount" in order,
    )
    return sum(happened), len(redemptions)


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    if len(values) < 2:
        return (0.0, 0.0)
    cuts = quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _total(objects: Iterable[Mapping[str, Any]], name: str) -> int:
    return sum(each.get(name, 0) for each in objects)
