"""An order to look at: everything that its page shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from order_projector.api.history import Explained
from order_projector.api.page.addresses import OrderAddress, search_address
from order_projector.api.page.lines import Lines, lines_of
from order_projector.api.page.moments import Moments, moments_of
from order_projector.api.page.payments import Payments, payments_of
from order_projector.api.page.redemptions import Redemptions, redemptions_of
from order_projector.api.page.steps import Parts, Step, StepRef, parts_of, steps_of
from order_projector.api.page.text import (
    MOST_ROWS,
    Pair,
    Time,
    document_of,
    name_of,
    pairs_of,
    sentence_of,
    served_time,
    value_of,
)
from order_projector.domain.currency import Currency
from order_projector.domain.explanation import Explanation
from order_projector.explaining.wording import verdict_sentence


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, and the address of their orders."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure of the order; ``of`` are the parts that it is made of."""

    name: str
    value: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A flag, and the step at which it was raised."""

    code: str
    about: str
    message: str
    step: StepRef | None


@dataclass(frozen=True, slots=True)
class Drift:
    """A place where the stored order differs from what its facts make."""

    path: str
    by_facts: str
    stored: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether every cent is accounted for, in a sentence."""

    holds: bool
    sentence: str
    drift: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as its page shows it; ``asked`` is the name of an order that went into it."""

    id: str
    asked: str | None
    address: OrderAddress
    status: str
    source_id: Person | None
    customer: Person | None
    referrer: Person | None
    created: Time
    updated: Time | None
    currency: str | None
    sums: tuple[Sum, ...]
    flags: tuple[FlagRow, ...]
    lines: Lines
    redemptions: Redemptions
    payments: Payments
    moments: Moments
    parts: Parts
    steps: tuple[Step, ...]
    proof: Proof
    metadata: tuple[Pair, ...]
    document: str | None


def order_view(
    found: Explained, address: OrderAddress, asked: str | None, part: int | None
) -> OrderView:
    """Return an order as its page shows it, with a part of its timeline, else the last."""
    explanation = found.explanation
    order, currency = explanation.order, explanation.money.currency
    parts = parts_of(address, len(explanation.entries), part)
    updated = order["updated_at"]
    source_id = order["source_id"]
    return OrderView(
        id=name_of(explanation.order_id),
        asked=None if asked is None else name_of(asked),
        address=address,
        status=order["status"],
        source_id=None
        if source_id is None
        else Person(name_of(source_id), OrderAddress(source_id).now),
        customer=_person(order["customer_id"]),
        referrer=_person(order["referrer_id"]),
        created=served_time(order["created_at"]),
        updated=None if updated is None else served_time(updated),
        currency=currency.code,
        sums=tuple(_sums(explanation)),
        flags=tuple(_flags(explanation, parts)),
        lines=lines_of(explanation, parts),
        redemptions=redemptions_of(explanation, parts),
        payments=payments_of(explanation),
        moments=moments_of(address, found.moments),
        parts=parts,
        steps=steps_of(explanation, parts),
        proof=_proof(found),
        metadata=pairs_of(order["metadata"]),
        document=document_of(order),
    )


def _person(name: str | None) -> Person | None:
    return None if name is None else Person(name_of(name), search_address(name))


def _sums(explanation: Explanation) -> Iterator[Sum]:
    """Yield the figures that lead from the amount to what is open."""
    order, money = explanation.order, explanation.money
    currency = money.currency
    if "amount" not in order:
        yield Sum("Amount", "not known")
        yield Sum("Paid", currency.plain(money.kept))
        return
    total = order["total_amount"]
    yield Sum("Amount", currency.plain(order["amount"]), _added(order, currency))
    yield Sum(
        "Discounts", currency.plain(-order.get("total_discount_amount", 0)), _split(order, currency)
    )
    yield Sum("Total", currency.plain(total))
    yield Sum("Paid", currency.plain(money.kept))
    rest = total - money.kept
    yield Sum("Overpaid" if rest < 0 else "Open", currency.plain(abs(rest)))


def _added(order: Mapping[str, Any], currency: Currency) -> str:
    initial = order.get("initial_amount", order["amount"])
    return "" if initial == order["amount"] else f"{currency.plain(initial)} in the cart"


def _split(order: Mapping[str, Any], currency: Currency) -> str:
    parts = (("lines", "items_discount_amount"), ("order", "discount_amount"))
    return ", ".join(
        f"{currency.plain(-order[name])} {label}" for label, name in parts if name in order
    )


def _flags(explanation: Explanation, parts: Parts) -> Iterator[FlagRow]:
    steps = {
        id(flag): parts.ref(number)
        for number, entry in enumerate(explanation.entries, start=1)
        for flag in entry.flags
    }
    for flag in explanation.flags[:MOST_ROWS]:
        about, message = name_of(flag.about), sentence_of(flag.message)
        yield FlagRow(flag.code, about, message, steps.get(id(flag)))


def _proof(found: Explained) -> Proof:
    drift = tuple(
        Drift(sentence_of(it.path), value_of(it.before), value_of(it.after))
        for it in found.drift[:MOST_ROWS]
    )
    explanation = found.explanation
    holds = explanation.holds and not found.drift
    return Proof(holds, verdict_sentence(explanation, found.drift), drift)
