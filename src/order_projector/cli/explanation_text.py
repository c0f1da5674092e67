"""Print the explanation of an order as text."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import orjson
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from order_projector.domain.clock import format_time
from order_projector.domain.currency import Currency
from order_projector.domain.differences import Difference
from order_projector.domain.explanation import Explanation, TimelineEntry
from order_projector.domain.ledger import Account, AccountCheck, LedgerLine
from order_projector.domain.money_paid import MoneyPaid
from order_projector.explaining.arithmetic import formula
from order_projector.explaining.wording import (
    flag_sentence,
    kept_sentence,
    status_sentence,
    verdict_sentence,
)
from order_projector.settings import shown

_LONGEST_VALUE = 60
_LONGEST_NAME = 100


def print_explanation(explanation: Explanation, drift: Sequence[Difference]) -> None:
    """Print the explanation as readable text, which ends with the verdict."""
    console = Console(highlight=False)
    currency = explanation.money.currency
    console.print(_text(f"Order {explanation.order_id}", style="bold"))
    console.print(_text(f"{_unit(currency)} A discount of + lowers the total.", style="dim"))
    console.print()
    for number, entry in enumerate(explanation.entries, start=1):
        console.print(_entry(number, entry, explanation))
    if explanation.money.payments:
        console.print(_money(explanation.money))
    if explanation.flags:
        console.print(_flags(explanation))
    console.print(_checks(explanation))
    if drift:
        console.print(_drift(drift))
    verdict = verdict_sentence(explanation, drift)
    console.print(
        _text(verdict, style="bold green" if verdict.startswith("Proven") else "bold red")
    )


def _unit(currency: Currency) -> str:
    if currency.code is None:
        return "Money is in the smallest currency unit."
    return f"Money is in {currency.code}, with the smallest unit beside it."


def _entry(number: int, entry: TimelineEntry, explanation: Explanation) -> RenderableType:
    currency = explanation.money.currency
    parts: list[RenderableType] = [
        _text(explanation.title(entry), style="bold"),
        _text(f"event {', '.join(_named(entry))}", style="dim"),
        *_ledger(entry.ledger, currency),
    ]
    if entry.money:
        now = currency.with_minor_units(entry.kept)
        parts.append(_text(f"money kept {currency.change(entry.money)}, now {now}"))
    if entry.status:
        parts.append(_text(status_sentence(entry.status, currency), style="bold"))
    if entry.changes:
        parts.append(_changes(entry.changes))
    if not entry.ledger and not entry.changes:
        parts.append(_text("changed nothing"))
    parts.extend(_text(f"! {flag_sentence(flag)}", style="yellow") for flag in entry.flags)
    parts.extend(_text(f"! {remark}", style="yellow") for remark in explanation.remarks(entry))
    title = Text(f"{number}  {format_time(entry.at)}")
    return Panel(Group(*parts), title=title, title_align="left")


def _named(entry: TimelineEntry) -> Iterator[str]:
    """Yield the events of an entry, and by which source id those came that gave no id."""
    for event in entry.events:
        source_id = entry.came_by.get(event)
        yield event if source_id is None else f"{event} by source id {source_id}"


def _table(*columns: tuple[str, str], headed: bool = True) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=headed)
    for name, side in columns:
        table.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    return table


def _ledger(lines: Iterable[LedgerLine], currency: Currency) -> Iterator[RenderableType]:
    """Yield what each rule changed: its name, and a row for each change with the total after it."""
    for (rule, redemption), group in groupby(lines, lambda it: (it.rule, it.redemption_id)):
        yield _text(f"{rule}, redemption {redemption}" if redemption else rule)
        table = _table(
            *(("where", "left"), ("units", "right"), ("account", "left"), ("change", "right")),
            *(("", "left"), ("total", "right")),
            headed=False,
        )
        changed = tuple(group)
        for line in changed:
            table.add_row(
                _where(line),
                f"{line.quantity:+d}" if line.quantity else "",
                *_change(line, currency),
                "total",
                currency.with_minor_units(line.running.total),
            )
        yield Padding(table, (0, 0, 0, 2))
        yield from _formulas(changed, currency)


def _formulas(lines: Sequence[LedgerLine], currency: Currency) -> Iterator[RenderableType]:
    """Yield how each change was computed; the only one of its rule needs no name."""
    for line in lines:
        written = " + ".join(formula(working, currency) for working in line.workings)
        if written and len(lines) == 1:
            yield Padding(_text(written), (0, 0, 0, 4))
        elif written:
            yield Padding(Text.assemble(_where(line), ": ", _text(written)), (0, 0, 0, 4))


def _where(line: LedgerLine) -> Text:
    """Return the line of the order, with the name of its product, or the order as a whole."""
    item = shown(line.item or "the order", _LONGEST_NAME)
    return Text(f"{shown(line.name, _LONGEST_NAME)} ({item})" if line.name else item)


def _change(line: LedgerLine, currency: Currency) -> tuple[str, str]:
    """Return the account that a ledger line changes, and the change."""
    match line.account:
        case Account.AMOUNT:
            return "amount", currency.change(line.cents)
        case Account.DISCOUNT:
            return "discount", currency.change(line.cents)
        case Account.CAPPED:
            return "discount capped", currency.change(-line.cents)


def _changes(changes: Iterable[Difference]) -> Table:
    table = _table(("field", "left"), ("before", "left"), ("after", "left"))
    for change in changes:
        table.add_row(_text(change.path), _value(change.before), _value(change.after))
    return table


def _value(value: object) -> Text:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return _text(text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}...")


def _text(text: str, style: str = "") -> Text:
    """Return a producer's text literally, so that rich does not interpret it as markup."""
    return Text(shown(text), style)


def _money(money: MoneyPaid) -> Panel:
    currency = money.currency
    table = _table(
        *(("payment", "left"), ("status", "left"), ("took", "right")),
        *(("refunded", "right"), ("keeps", "right")),
    )
    for it in money.payments:
        amounts = map(currency.with_minor_units, (it.taken, it.refunded, it.kept))
        table.add_row(_text(it.id), _text(it.status), *amounts)
    return Panel(Group(table, _text(kept_sentence(money))), title="The money", title_align="left")


def _flags(explanation: Explanation) -> Panel:
    """List the flags; their messages are shown with their steps, apart from those of no step."""
    steps = {
        id(flag): str(number)
        for number, entry in enumerate(explanation.entries, start=1)
        for flag in entry.flags
    }
    table = _table(("flag", "left"), ("about", "left"), ("step", "left"))
    for flag in explanation.flags:
        step = steps.get(id(flag), flag.message)
        table.add_row(_text(flag.code), _text(flag.about), _text(step))
    return Panel(table, title="Flags", title_align="left")


def _checks(explanation: Explanation) -> Panel:
    table = _table(
        ("account", "left"),
        ("sum of the ledger", "right"),
        ("the order says", "right"),
        ("", "left"),
    )
    for check in explanation.checks:
        mark = _text("equal", "green") if check.holds else _text("DIFFERENT", "bold red")
        table.add_row(check.account, *_sums(check, explanation.money.currency), mark)
    return Panel(table, title="The sum", title_align="left")


def _sums(check: AccountCheck, currency: Currency) -> tuple[str, str]:
    if check.account == "units":
        return str(check.summed), str(check.stated)
    return currency.with_minor_units(check.summed), currency.with_minor_units(check.stated)


def _drift(drift: Iterable[Difference]) -> Panel:
    table = _table(("field", "left"), ("by the facts", "left"), ("as stored", "left"))
    for difference in drift:
        table.add_row(_text(difference.path), _value(difference.before), _value(difference.after))
    return Panel(table, title="The stored order differs from its facts", title_align="left")
