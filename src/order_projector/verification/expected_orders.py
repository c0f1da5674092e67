"""The orders expected from a stream: all its records, decoded and folded offline at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from order_projector.domain.flags import Flag
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Outcome, Rejected, Skipped
from order_projector.projection.document import MERGED_INTO
from order_projector.projection.names.joining import join
from order_projector.verification.differences import Mismatch
from order_projector.workload.scenario import ExpectedTotals
from order_projector.workload.stream import (
    Expected,
    Failed,
    Foreign,
    Hostile,
    Orderless,
    StreamRecord,
    Valid,
)

Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExpectedOrders:
    """The orders expected from a stream and their flags, by id, and any differences.

    ``ids`` are by the sender's names. Of the ``erased`` orders nothing is left to be served;
    ``merged`` maps the derived id of each source id that has an owner to that order.
    """

    orders: Mapping[str, Order]
    flags: Mapping[str, Sequence[Order]]
    erased: frozenset[str]
    merged: Mapping[str, str]
    ids: Mapping[str, str]
    differences: tuple[Mismatch, ...]

    @property
    def documents(self) -> dict[str, Order]:
        """What is expected in the documents, those of erased and merged orders included."""
        gone = {name: {MERGED_INTO: owner} for name, owner in self.merged.items()}
        return {**self.orders, **{order_id: {} for order_id in self.erased}, **gone}


def expect_orders(
    records: Iterable[StreamRecord], totals: Mapping[str, ExpectedTotals]
) -> ExpectedOrders:
    """Fold all records; compare each outcome and each order with what the stream expects."""
    accepted: list[Accepted] = []
    addresses: dict[str, str] = {}
    found: list[Mismatch] = []
    for number, record in enumerate(records):
        outcome = decode(record.value, record.headers)
        wanted, became = _wanted(record.expected), _became(outcome)
        if wanted != became:
            found.append(Mismatch(f"record {number}", "outcome", wanted, became))
        if isinstance(outcome, Accepted):
            accepted.append(outcome)
            if isinstance(record.expected, Valid):
                addresses[record.expected.order] = outcome.order_id
    joined = join(accepted)
    projected = {
        order_id: project_order(order_id, one.facts, one.names)
        for order_id, one in joined.orders.items()
    }
    orders = {order_id: one.order for order_id, one in projected.items()}
    ids = {name: joined.merged.get(address, address) for name, address in addresses.items()}
    for name, expected in totals.items():
        found.extend(_against(name, expected, orders.get(ids.get(name, ""), {})))
    flags = {order_id: [_flag(it) for it in one.flags] for order_id, one in projected.items()}
    return ExpectedOrders(orders, flags, joined.erased, joined.merged, ids, tuple(found))


def kept_money(order: Order, currency: str | None = None) -> int:
    """Return what the payments of an order keep, as far as they count in this currency."""
    return sum(
        max(0, money_taken(payment) - payment.get("refunded_amount", 0))
        for payment in order.get("payments", {}).values()
        if payment["status"] in {"SUCCEEDED", "REFUNDED"} and money_counts(payment, currency)
    )


def _flag(flag: Flag) -> dict[str, str]:
    return asdict(flag) | {"code": flag.code.value}


def money_taken(payment: Order) -> int:
    """Return what a served payment took, if it has succeeded."""
    taken: int = payment.get("captured_amount", payment.get("amount", 0))
    return taken


def money_counts(payment: Order, currency: str | None) -> bool:
    """Whether the money of a served payment counts in this currency; None counts all."""
    own = payment.get("currency")
    return own is None or currency is None or own.casefold() == currency.casefold()


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
        "payments": (totals.kept, kept_money(order, totals.currency)),
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
        case Orderless():
            return "no_order"
        case Hostile(code):
            return code


def _became(outcome: Outcome) -> str:
    match outcome:
        case Accepted():
            return "accepted"
        case Skipped("foreign" | "no_order" as reason):
            return reason
        case Skipped():
            return "failed"
        case Rejected(code):
            return code.value
