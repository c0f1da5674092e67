"""The steps of the timeline, as the page shows them: what each event changed, cent by cent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Final

from order_projector.api.page.addresses import OrderAddress
from order_projector.api.page.text import (
    MOST_ROWS,
    Time,
    name_of,
    sentence_of,
    time_of,
    value_of,
)
from order_projector.domain.currency import Currency
from order_projector.domain.explanation import Explanation, TimelineEntry
from order_projector.domain.ledger import Account, LedgerLine, discounted
from order_projector.explaining.arithmetic import formula
from order_projector.explaining.wording import flag_sentence, status_sentence

STEPS_OF_A_PART: Final = 100


@dataclass(frozen=True, slots=True)
class StepRef:
    """A step that another part of the page refers to."""

    number: int
    href: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The timeline in parts; ``shown`` is the one on the page, from 1."""

    address: OrderAddress
    steps: int
    shown: int

    @property
    def count(self) -> int:
        """How many parts there are."""
        return max(1, -(-self.steps // STEPS_OF_A_PART))

    @property
    def first(self) -> int:
        """The number of steps before the part on the page."""
        return (self.shown - 1) * STEPS_OF_A_PART

    @property
    def earlier(self) -> str | None:
        """The address of the part before."""
        return self.address.steps(self.shown - 1) if self.shown > 1 else None

    @property
    def later(self) -> str | None:
        """The address of the part after."""
        return self.address.steps(self.shown + 1) if self.shown < self.count else None

    def ref(self, number: int) -> StepRef:
        """Return how to refer to a step, from 1."""
        part = 1 + (number - 1) // STEPS_OF_A_PART
        return StepRef(number, self.address.step(number, None if part == self.shown else part))


def parts_of(address: OrderAddress, steps: int, asked: int | None) -> Parts:
    """Return the timeline in parts, with the asked one on the page, else the last."""
    last = Parts(address, steps, 1).count
    return Parts(address, steps, last if asked is None else min(asked, last))


@dataclass(frozen=True, slots=True)
class EventName:
    """An event, and the source id by which it named the order, if it gave no id."""

    id: str
    source_id: str | None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One change of the ledger, the total after it, and how it was computed."""

    where: str
    units: str
    amount: str
    discount: str
    total: str
    how: str


@dataclass(frozen=True, slots=True)
class LedgerGroup:
    """What one rule changed; ``more`` rows are not shown."""

    rule: str
    redemption: str | None
    rows: tuple[LedgerRow, ...]
    more: int

    @property
    def has_units(self) -> bool:
        """Whether it changed any units."""
        return any(row.units for row in self.rows)

    @property
    def has_amounts(self) -> bool:
        """Whether it changed any amount."""
        return any(row.amount for row in self.rows)

    @property
    def has_discounts(self) -> bool:
        """Whether it changed any discount."""
        return any(row.discount for row in self.rows)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that changed."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the timeline."""

    number: int
    time: Time
    as_it_was: str
    title: str
    events: tuple[EventName, ...]
    ledger: tuple[LedgerGroup, ...]
    money: str | None
    status: str | None
    changes: tuple[Change, ...]
    more_changes: int
    notes: tuple[str, ...]


def steps_of(explanation: Explanation, parts: Parts) -> tuple[Step, ...]:
    """Return the steps of the part on the page."""
    entries = explanation.entries[parts.first : parts.first + STEPS_OF_A_PART]
    return tuple(
        _step(number, entry, explanation, parts.address)
        for number, entry in enumerate(entries, start=parts.first + 1)
    )


def _step(
    number: int, entry: TimelineEntry, explanation: Explanation, address: OrderAddress
) -> Step:
    currency = explanation.money.currency
    notes = (*map(flag_sentence, entry.flags), *explanation.remarks(entry))
    return Step(
        number=number,
        time=time_of(entry.at),
        as_it_was=address.at(entry.at).page,
        title=sentence_of(explanation.title(entry)),
        events=tuple(_events(entry)),
        ledger=tuple(_groups(entry.ledger, currency)),
        money=_money(entry, currency),
        status=sentence_of(status_sentence(entry.status, currency)) if entry.status else None,
        changes=tuple(
            Change(sentence_of(it.path), value_of(it.before), value_of(it.after))
            for it in entry.changes[:MOST_ROWS]
        ),
        more_changes=max(0, len(entry.changes) - MOST_ROWS),
        notes=tuple(map(sentence_of, notes[:MOST_ROWS])),
    )


def _events(entry: TimelineEntry) -> Iterator[EventName]:
    for event in entry.events[:MOST_ROWS]:
        source_id = entry.came_by.get(event)
        yield EventName(name_of(event), None if source_id is None else name_of(source_id))


def _money(entry: TimelineEntry, currency: Currency) -> str | None:
    if not entry.money:
        return None
    return f"money kept {currency.signed(entry.money)}, now {currency.named(entry.kept)}"


def _groups(lines: Iterable[LedgerLine], currency: Currency) -> Iterator[LedgerGroup]:
    for (rule, redemption), group in groupby(lines, lambda it: (it.rule, it.redemption_id)):
        changed = tuple(group)
        yield LedgerGroup(
            name_of(rule),
            None if redemption is None else name_of(redemption),
            tuple(_rows(changed, currency)),
            max(0, len(changed) - MOST_ROWS),
        )


def _rows(lines: Sequence[LedgerLine], currency: Currency) -> Iterator[LedgerRow]:
    for line in islice(lines, MOST_ROWS):
        discount = discounted(line.account, line.cents)
        is_amount = line.account is Account.AMOUNT
        yield LedgerRow(
            where=_where(line),
            units=f"{line.quantity:+d}" if line.quantity else "",
            amount=currency.signed(line.cents) if is_amount else "",
            discount="" if is_amount else currency.signed(discount),
            total=currency.plain(line.running.total),
            how=sentence_of(" + ".join(formula(working, currency) for working in line.workings)),
        )


def _where(line: LedgerLine) -> str:
    item = "the order" if line.item is None else name_of(line.item)
    named = f"{name_of(line.name)} ({item})" if line.name else item
    return f"{named}, capped" if line.account is Account.CAPPED else named
