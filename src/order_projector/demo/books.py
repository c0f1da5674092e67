"""What a stream must come to: the product's own rules, applied offline to all of it at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from order_projector.demo.differences import Difference
from order_projector.demo.scenario import Account
from order_projector.demo.stream import (
    Expected,
    Failed,
    Foreign,
    Hostile,
    StreamRecord,
    Valid,
)
from order_projector.domain.facts import Fact, merge
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Outcome, Rejected, Skipped

Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """The orders that a stream's events make, their ids by the sender's names, and what is odd."""

    orders: Mapping[str, Order]
    ids: Mapping[str, str]
    differences: tuple[Difference, ...]


def keep(records: Iterable[StreamRecord], accounts: Mapping[str, Account]) -> Books:
    """Fold all records, and compare each with what the stream says of it."""
    facts: dict[str, dict[str, Fact]] = {}
    ids: dict[str, str] = {}
    found: list[Difference] = []
    for number, record in enumerate(records):
        outcome = decode(record.value, record.headers)
        wanted, became = _wanted(record.expected), _became(outcome)
        if wanted != became:
            found.append(Difference(f"record {number}", "outcome", wanted, became))
        if isinstance(outcome, Accepted):
            known = facts.setdefault(outcome.order_id, {})
            known |= merge(known.get, outcome.facts)
            if isinstance(record.expected, Valid):
                ids[record.expected.order] = outcome.order_id
    orders = {order_id: project_order(order_id, known).order for order_id, known in facts.items()}
    for name, account in accounts.items():
        found.extend(_against(name, account, orders.get(ids.get(name, ""), {})))
    return Books(orders, ids, tuple(found))


def kept_money(order: Order) -> int:
    """The money that an order's payments brought and that was not given back."""
    return sum(
        payment.get("amount", 0) - payment.get("refunded_amount", 0)
        for payment in order.get("payments", {}).values()
        if payment["status"] in {"SUCCEEDED", "REFUNDED"}
    )


def _against(name: str, account: Account, order: Order) -> Iterator[Difference]:
    """Where the sender's books and the folded order differ."""
    sums = {
        "amount": (account.amount, order.get("amount")),
        "total_discount_amount": (
            account.total_discount_amount,
            order.get("total_discount_amount", 0),
        ),
        "total_amount": (account.total_amount, order.get("total_amount")),
        "status": (account.status, order.get("status")),
        "payments": (account.kept, kept_money(order)),
    }
    for field, (expected, got) in sums.items():
        if expected != got:
            yield Difference(f"sender's books of {name}", field, expected, got)


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
