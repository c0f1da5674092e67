"""How an order was computed: its timeline step by step, with the ledger and any anomalies.

Derived from the facts on demand, by the same fold that computes the order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from order_projector.domain.contribution import Contributed
from order_projector.domain.description import describe_step
from order_projector.domain.differences import Difference, differences
from order_projector.domain.facts import Fact, Redemption, Stack
from order_projector.domain.fold import advance
from order_projector.domain.ledger import (
    NOTHING,
    AccountCheck,
    LedgerLine,
    balance,
    check_accounts,
    posted,
)
from order_projector.domain.order import OrderState
from order_projector.domain.redeemables import Discount, Gift
from order_projector.domain.served import serve
from order_projector.domain.timeline import Step, timeline
from order_projector.domain.transitions import (
    DetailsUpdated,
    DiscountApplied,
    DiscountReverted,
    Transition,
)
from order_projector.domain.voids import effective


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One step of the timeline: what happened, its effects, and flags for anomalies.

    ``at`` is the event time in milliseconds; ``events`` are the envelope ids of its events.
    """

    at: int
    title: str
    events: tuple[str, ...]
    ledger: tuple[LedgerLine, ...]
    changes: tuple[Difference, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an order was computed, and whether its ledger adds up to it."""

    order_id: str
    entries: tuple[TimelineEntry, ...]
    order: Mapping[str, Any]
    checks: tuple[AccountCheck, ...]

    @property
    def holds(self) -> bool:
        """Whether the ledger adds up to the order in every account."""
        return all(check.holds for check in self.checks)


def explain(
    order_id: str, facts: Mapping[str, Fact], copies: Mapping[str, int] | None = None
) -> Explanation:
    """Explain an order from its facts, given in arrival order.

    `copies` maps an envelope id to how often the event was seen, if that is known.
    """
    order = OrderState()
    counting = effective(facts)
    late = set(_late(counting))
    entries = tuple(
        _entry(order_id, order, step, late, copies or {}) for step in timeline(counting.values())
    )
    ledger = (line for entry in entries for line in entry.ledger)
    return Explanation(order_id, entries, serve(order_id, order), check_accounts(ledger, order))


def _late(facts: Mapping[str, Fact]) -> Iterator[str]:
    """Yield the ids of events that arrived after one that is later on the timeline."""
    place = {
        fact.event.id: number
        for number, step in enumerate(timeline(facts.values()))
        for fact in step.facts()
    }
    latest = -1
    for fact in facts.values():
        here = place.get(fact.event.id, latest)
        if here < latest:
            yield fact.event.id
        latest = max(latest, here)


def _entry(
    order_id: str, order: OrderState, step: Step, late: set[str], copies: Mapping[str, int]
) -> TimelineEntry:
    before = serve(order_id, order) if order.events else {}
    ledger: list[LedgerLine] = []
    flags: list[str] = []
    held = balance(order.cart) if order.events else NOTHING

    def observe(transition: Transition) -> None:
        nonlocal held
        now = balance(order.cart)
        ledger.extend(posted(transition, held, now))
        flags.extend(_odd(transition, order))
        held = now

    advance(order, step, observe)
    events = tuple(dict.fromkeys(fact.event.id for fact in step.facts()))
    for event in events:
        if event in late:
            flags.append(f"late: {event} arrived after an event that stands later")
        if copies.get(event, 1) > 1:
            flags.append(f"duplicate: {event} was seen {copies[event]} times")
    return TimelineEntry(
        at=step.at,
        title=describe_step(step),
        events=events,
        ledger=tuple(ledger),
        changes=tuple(differences(before, serve(order_id, order))),
        flags=tuple(flags),
    )


def _odd(transition: Transition, order: OrderState) -> Iterator[str]:
    match transition:
        case DetailsUpdated(details=details) if details.discrepancy and details.items:
            stated = details.amount or 0
            summed = stated - details.discrepancy
            yield f"the sender's amount {stated} is not the sum of its items, {summed}"
        case DiscountApplied(fact=fact, contributed=contributed):
            contribution = contributed.contribution
            if contributed.invalid:
                yield f"{fact.id} applies nothing: {contributed.invalid}"
            elif not (contribution.order_discount or contribution.keys or contribution.lines):
                yield f"{fact.id} had no effect"
            elif (full := _full_value(fact, contributed)) > contribution.order_discount:
                taken_off = contribution.order_discount
                yield f"{fact.id} takes {taken_off} of {full}: all that was left or allowed"
            if any(order.cart.find(key) is None for key in contribution.all_keys()):
                yield f"{fact.id} speaks of lines that the order does not have"
            yield from _miscalculated(fact, order)
        case DiscountReverted(redemption=redemption) if redemption not in order.entries:
            yield f"the redemption {redemption} has not been seen"


def _full_value(fact: Redemption | Stack, contributed: Contributed) -> int:
    """Return what a redemption priced here would take off the order if there were no limits."""
    match (contributed.rule, fact.redeemable if isinstance(fact, Redemption) else None):
        case ("AMOUNT APPLY_TO_ORDER", Discount(amount_off=value)):
            return value or 0
        case ("GIFT APPLY_TO_ORDER", Gift(worth=value)):
            return value or 0
    return 0


def _miscalculated(fact: Redemption | Stack, order: OrderState) -> Iterator[str]:
    totals = fact.details.totals if fact.calculated else None
    total = order.cart.total_amount
    if totals and total is not None and totals.total_amount != total:
        stated = totals.total_amount
        yield f"the sender's total_amount after {fact.id} is {stated}, its parts make {total} here"
