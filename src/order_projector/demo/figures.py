"""The figures of a demo: counts and sums over its orders, and latency."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from order_projector.verification.check import Announced, DeadLetterRecord
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


def money(orders: Iterable[Order]) -> Money:
    """Sum up all orders."""
    orders = tuple(orders)
    payments = [payment for order in orders for payment in order.get("payments", {}).values()]
    paid = [each for each in payments if each["status"] in {"SUCCEEDED", "REFUNDED"}]
    return Money(
        amount=_total(orders, "amount"),
        discounts=_total(orders, "total_discount_amount"),
        total=_total(orders, "total_amount"),
        payments=_total(paid, "amount"),
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
        for event in news.content["causes"]:
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
