"""The orders expected from a stream: all its records, decoded and folded offline at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from order_projector.domain.facts import Fact
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Outcome, Rejected, Skipped
from order_projector.projection import codec
from order_projector.verification.differences import Mismatch
from order_projector.workload.scenario import ExpectedTotals
from order_projector.workload.stream import (
    Expected,
    Failed,
    Foreign,
    Hostile,
    StreamRecord,
    Valid,
)

Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExpectedOrders:
    """The orders expected from a stream, their ids by the sender's names, and any differences."""

    orders: Mapping[str, Order]
    ids: Mapping[str, str]
    differences: tuple[Mismatch, ...]


def expect_orders(
    records: Iterable[StreamRecord], totals: Mapping[str, ExpectedTotals]
) -> ExpectedOrders:
    """Fold all records; compare each outcome and each order with what the stream expects."""
    facts: dict[str, dict[str, Fact]] = {}
    ids: dict[str, str] = {}
    found: list[Mismatch] = []
    for number, record in enumerate(records):
        outcome = decode(record.value, record.headers)
        wanted, became = _wanted(record.expected), _became(outcome)
        if wanted != became:
            found.append(Mismatch(f"record {number}", "outcome", wanted, became))
        if isinstance(outcome, Accepted):
            known = facts.setdefault(outcome.order_id, {})
            known |= codec.merge(known.get, outcome.facts)
            if isinstance(record.expected, Valid):
                ids[record.expected.order] = outcome.order_id
    orders = {order_id: project_order(order_id, known).order for order_id, known in facts.items()}
    for name, expected in totals.items():
        found.extend(_against(name, expected, orders.get(ids.get(name, ""), {})))
    return ExpectedOrders(orders, ids, tuple(found))


def kept_money(order: Order) -> int:
    """Return what an order's payments collected, less refunds."""
    return sum(
        payment.get("amount", 0) - payment.get("refunded_amount", 0)
        for payment in order.get("payments", {}).values()
        if payment["status"] in {"SUCCEEDED", "REFUNDED"}
    )


def _against(name: str, totals: ExpectedTotals, order: Order) -> Iterator[Mismatch]:
    """Yield where the sender's expected totals and the folded order differ."""
    sums = {
        "amount": (totals.amount, order.get("amount")),
        "total_discount_amount": (
            totals.total_discount_amount,
            order.get("total_discount_amount", 0),
        ),
        "total_amount": (totals.total_amount, order.get("total_amount")),
        "status": (totals.status, order.get("status")),
        "payments": (totals.kept, kept_money(order)),
    }
    for field, (expected, got) in sums.items():
        if expected != got:
            yield Mismatch(f"sender's totals of {name}", field, expected, got)


def _wanted(expected: Expected) -> str:
    match expected:
        case Valid():
            return "accepted"
        case Failed():
            return "failed"
        case Foreign():
            return "foreign"
        case Hostile(code):
            return code


def _became(outcome: Outcome) -> str:
    match outcome:
        case Accepted():
            return "accepted"
        case Skipped("foreign"):
            return "foreign"
        case Skipped():
            return "failed"
        case Rejected(code):
            return code.value
