"""How an order was computed: its timeline step by step, with the ledger and any anomalies.

Derived from the facts on demand, by the same fold that computes the order.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from order_projector.domain.arithmetic import Working
from order_projector.domain.balances import NOTHING, balance, labelled, line_labels
from order_projector.domain.description import describe_step
from order_projector.domain.differences import Difference, differences
from order_projector.domain.facts import Fact, Payment, Redemption, Refund, Stack, identity
from order_projector.domain.flags import Flag
from order_projector.domain.fold import advance
from order_projector.domain.ledger import AccountCheck, LedgerLine, check_accounts
from order_projector.domain.money_paid import MoneyPaid, money_paid
from order_projector.domain.names import NO_NAMES, OrderNames, known_source_id
from order_projector.domain.netting import netted
from order_projector.domain.noticing import flags_of
from order_projector.domain.order import OrderState
from order_projector.domain.posting import posted
from order_projector.domain.served import serve
from order_projector.domain.status_reasons import Moment, StatusReason, status_reason
from order_projector.domain.timeline import FactStep, RedemptionStep, RollbackStep, Step, timeline
from order_projector.domain.transitions import DiscountApplied, DiscountPriced, Transition
from order_projector.domain.voids import effective, void_events


@dataclass(frozen=True, slots=True)
class OtherTotal:
    """The total that a redemption's sender calculated is not the one that its parts make here."""

    redemption: str
    stated: int
    total: int


Remark = str | OtherTotal


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One step of the timeline: its effects, its flags and other remarks.

    ``at`` is the event time in milliseconds; ``events`` are the envelope ids of its events.
    ``kept`` is the money kept after the step, ``money`` by how much the step changed it.
    ``came_by`` maps those events that named the order by a source id alone to that source id.
    """

    at: int
    step: Step
    events: tuple[str, ...]
    ledger: tuple[LedgerLine, ...]
    changes: tuple[Difference, ...]
    status: StatusReason | None
    kept: int
    money: int
    remarks: tuple[Remark, ...]
    came_by: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an order was computed, and whether its ledger adds up to it.

    ``labels`` are the names under which the ledger has the lines of the order, in the same order.
    """

    order_id: str
    entries: tuple[TimelineEntry, ...]
    order: Mapping[str, Any]
    checks: tuple[AccountCheck, ...]
    money: MoneyPaid
    flags: tuple[Flag, ...]
    labels: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the ledger adds up to the order in every account."""
        return all(check.holds for check in self.checks)

    def title(self, entry: TimelineEntry) -> str:
        """Return what happened in one of the entries, on one line."""
        return describe_step(entry.step, self.money.currency)

    def remarks(self, entry: TimelineEntry) -> list[str]:
        """Return what is odd about one of the entries, apart from flags."""
        return [self._remark(remark) for remark in entry.remarks]

    def _remark(self, remark: Remark) -> str:
        if isinstance(remark, str):
            return remark
        stated, total = map(self.money.currency.full, (remark.stated, remark.total))
        after = f"the sender's total_amount after {remark.redemption}"
        return f"{after} is {stated}, its parts make {total} here"


def explain(
    order_id: str,
    facts: Mapping[str, Fact],
    copies: Mapping[str, int] | None = None,
    names: OrderNames = NO_NAMES,
    came_by: Mapping[str, str] | None = None,
) -> Explanation:
    """Explain an order from its facts, given in arrival order.

    `copies` maps an envelope id to how often the event was seen, if that is known. `came_by` maps
    the identity of each fact that came by a source id alone to that source id.
    """
    order = OrderState()
    counting = effective(facts)
    named = _Named(order_id, names, void_events(facts), came_by or {})
    late = set(_late({name: fact for name, fact in counting.items() if name not in named.came_by}))
    entries: list[TimelineEntry] = []
    before: dict[str, Any] = {}
    steps = timeline(counting.values())
    for nth, step in enumerate(steps, start=1):
        known = named.until(step.at) if nth < len(steps) else named
        entry, before = _entry(known, order, step, before)
        remarks = (*entry.remarks, *_arrival_remarks(entry.events, late, copies or {}))
        entries.append(replace(entry, remarks=remarks))
    flags = flags_of(order_id, order, facts, counting, names=names)
    ledger = (line for entry in entries for line in entry.ledger)
    return Explanation(
        order_id,
        tuple(_with_flags(entries, flags)),
        serve(order_id, order, named.source_id),
        check_accounts(ledger, order),
        money_paid(order),
        flags,
        line_labels(order.cart),
    )


def _late(facts: Mapping[str, Fact]) -> Iterator[str]:
    """Yield the ids of events that arrived after one that is later on the timeline.

    What came by a source id alone is kept apart: when it arrived among the others is not known.
    """
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


@dataclass(frozen=True, slots=True)
class _Named:
    """The names of the order that is explained."""

    order_id: str
    names: OrderNames
    void: Container[str]
    came_by: Mapping[str, str]

    @property
    def source_id(self) -> str | None:
        """The source id to serve where no event gives one as a detail."""
        return known_source_id(self.order_id, self.names, self.void)

    def until(self, at: int) -> "_Named":
        """Return the names as far as the order had claimed them at that time."""
        claims = tuple(claim for claim in self.names.claims if claim.at <= at)
        return replace(self, names=replace(self.names, claims=claims))

    def served(self, order: OrderState) -> dict[str, Any]:
        return serve(self.order_id, order, self.source_id)

    def source_ids(self, facts: Iterable[Fact]) -> dict[str, str]:
        """Return by which source ids alone the events of these facts came."""
        came = ((fact.event.id, self.came_by.get(identity(fact))) for fact in facts)
        return {event: source_id for event, source_id in came if source_id is not None}


def _entry(
    named: _Named, order: OrderState, step: Step, before: Mapping[str, Any]
) -> tuple[TimelineEntry, dict[str, Any]]:
    """Apply a step to the order, which is served as ``before``; return how it is served then."""
    moment = Moment.of(order)
    ledger: list[LedgerLine] = []
    remarks: list[Remark] = []
    workings: tuple[Working, ...] = ()
    held = balance(order.cart) if order.events else NOTHING

    def observe(transition: Transition) -> None:
        nonlocal held, workings
        if isinstance(transition, DiscountPriced):
            how = transition.contributed.workings
            workings = tuple(how()) if how else ()
            return
        now = balance(order.cart)
        ledger.extend(posted(transition, held, now, labelled(workings, order.cart)))
        workings = ()
        remarks.extend(_remarks(transition, order))
        held = now

    advance(order, step, observe)
    after = named.served(order)
    entry = TimelineEntry(
        at=step.at,
        step=step,
        events=tuple(dict.fromkeys(fact.event.id for fact in step.facts())),
        ledger=netted(ledger),
        changes=tuple(differences(before, after)),
        status=status_reason(step, moment, order),
        kept=order.payments.kept,
        money=order.payments.kept - moment.kept,
        remarks=tuple(remarks),
        came_by=named.source_ids(step.facts()),
    )
    return entry, after if order.events else {}


def _arrival_remarks(
    events: Iterable[str], late: set[str], copies: Mapping[str, int]
) -> Iterator[str]:
    for event in events:
        if event in late:
            yield f"late: {event} arrived after an event that stands later"
        if copies.get(event, 1) > 1:
            yield f"duplicate: {event} was seen {copies[event]} times"


def _with_flags(entries: Iterable[TimelineEntry], flags: Iterable[Flag]) -> Iterator[TimelineEntry]:
    """Give each flag to the step that it is about, else to the first one of its event."""
    steps = list(entries)
    by_event: dict[str, list[int]] = {}
    for nth, entry in enumerate(steps):
        for event in entry.events:
            by_event.setdefault(event, []).append(nth)
    found: dict[int, list[Flag]] = {}
    for flag in flags:
        of_event = by_event.get(flag.event, ())
        about = (nth for nth in of_event if flag.about in _names(steps[nth].step))
        if (place := next(chain(about, of_event), None)) is not None:
            found.setdefault(place, []).append(flag)
    for nth, entry in enumerate(steps):
        yield replace(entry, flags=tuple(found.get(nth, ())))


def _names(step: Step) -> set[str]:
    """Return what a flag of the step may be about."""
    match step:
        case RedemptionStep():
            return {step.id, *(fact.id for fact in step.facts())}
        case RollbackStep():
            return {rollback.redemption for rollback in step.facts()}
        case FactStep(fact=Payment() | Refund() as fact):
            return {fact.id}
        case FactStep():
            return set()


def _remarks(transition: Transition, order: OrderState) -> Iterator[Remark]:
    """Yield what is odd about a discount, apart from flags."""
    if not isinstance(transition, DiscountApplied):
        return
    fact, contributed = transition.fact, transition.contributed
    contribution = contributed.contribution
    if contributed.invalid:
        if isinstance(fact, Redemption) and fact.redeemable is None:
            yield f"{fact.id} applies nothing: {contributed.invalid}"
    elif not (contribution or contributed.wanted or contributed.is_bounded):
        yield f"{fact.id} had no effect"
    if any(order.cart.find(key) is None for key in contribution.all_keys()):
        yield f"{fact.id} speaks of lines that the order does not have"
    yield from _miscalculated(fact, order)


def _miscalculated(fact: Redemption | Stack, order: OrderState) -> Iterator[Remark]:
    totals = fact.details.totals if fact.calculated else None
    total = order.cart.total_amount
    if totals and total is not None and totals.total_amount != total:
        stated = totals.total_amount
        yield OtherTotal(fact.id, stated, total)
