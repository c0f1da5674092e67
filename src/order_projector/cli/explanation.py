"""Print the explanation of an order as text or as JSON."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from order_projector.domain.clock import format_time
from order_projector.domain.differences import Difference
from order_projector.domain.explanation import Explanation, TimelineEntry
from order_projector.domain.flags import Flag
from order_projector.domain.ledger import Account, LedgerLine
from order_projector.settings import json_escaped, shown

_LONGEST_VALUE = 60


def print_json(
    explanation: Explanation, flags: Sequence[Flag], drift: Sequence[Difference]
) -> None:
    """Print the explanation as one JSON object; times are in ISO 8601."""
    document = {
        "order_id": explanation.order_id,
        "chapters": [_entry_json(entry) for entry in explanation.entries],
        "proofs": [
            {"account": it.account, "summed": it.summed, "stated": it.stated, "holds": it.holds}
            for it in explanation.checks
        ],
        "flags": [
            {"code": it.code, "event": it.event, "about": it.about, "message": it.message}
            for it in flags
        ],
        "drift": list(drift),
        "holds": explanation.holds and not drift,
        "order": explanation.order,
    }
    text = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE).decode()
    sys.stdout.buffer.write(json_escaped(text).encode())
    sys.stdout.buffer.flush()


def _entry_json(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "at": format_time(entry.at),
        "title": entry.title,
        "events": entry.events,
        "ledger": entry.ledger,
        "changes": entry.changes,
        "flags": entry.flags,
    }


def print_explanation(
    explanation: Explanation, flags: Sequence[Flag], drift: Sequence[Difference]
) -> None:
    """Print the explanation as readable text, which ends with the verdict."""
    console = Console(highlight=False)
    console.print(_text(f"Order {explanation.order_id}", style="bold"))
    console.print(
        "Money is in the smallest currency unit. A discount of + lowers the total.\n", style="dim"
    )
    for number, entry in enumerate(explanation.entries, start=1):
        console.print(_entry(number, entry))
    if flags:
        console.print(_flags(flags))
    console.print(_checks(explanation))
    if drift:
        console.print(_drift(drift))
    verdict = _verdict(explanation, drift)
    console.print(
        _text(verdict, style="bold green" if verdict.startswith("Proven") else "bold red")
    )


def _entry(number: int, entry: TimelineEntry) -> RenderableType:
    parts: list[RenderableType] = [
        _text(entry.title, style="bold"),
        _text(f"event {', '.join(entry.events)}", style="dim"),
    ]
    if entry.ledger:
        parts.append(_ledger(entry.ledger))
    if entry.changes:
        parts.append(_changes(entry.changes))
    if not entry.ledger and not entry.changes:
        parts.append(_text("changed nothing"))
    parts.extend(_text(f"! {flag}", style="yellow") for flag in entry.flags)
    title = Text(f"{number}  {format_time(entry.at)}")
    return Panel(Group(*parts), title=title, title_align="left")


def _table(*columns: tuple[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, side in columns:
        table.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    return table


def _ledger(lines: Iterable[LedgerLine]) -> Table:
    table = _table(
        ("rule", "left"),
        ("redemption", "left"),
        ("where", "left"),
        ("units", "right"),
        ("amount", "right"),
        ("discount", "right"),
        ("= total", "right"),
    )
    for line in lines:
        amount, discount = _columns(line)
        table.add_row(
            _text(line.rule),
            _text(line.redemption_id or ""),
            _text(line.item or "the order"),
            f"{line.quantity:+d}" if line.quantity else "",
            amount,
            discount,
            str(line.running.total),
        )
    return table


def _columns(line: LedgerLine) -> tuple[str, str]:
    """Return what a ledger line adds to the amount and to the discounts."""
    match line.account:
        case Account.AMOUNT:
            return f"{line.cents:+d}", ""
        case Account.DISCOUNT:
            return "", f"{line.cents:+d}"
        case Account.CAPPED:
            return "", f"{-line.cents:+d} capped"


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


def _flags(flags: Iterable[Flag]) -> Panel:
    table = _table(("flag", "left"), ("event", "left"), ("about", "left"), ("", "left"))
    for flag in flags:
        table.add_row(*map(_text, (flag.code, flag.event, flag.about, flag.message)))
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
        table.add_row(check.account, str(check.summed), str(check.stated), mark)
    return Panel(table, title="The sum", title_align="left")


def _drift(drift: Iterable[Difference]) -> Panel:
    table = _table(("field", "left"), ("by the facts", "left"), ("as stored", "left"))
    for difference in drift:
        table.add_row(_text(difference.path), _value(difference.before), _value(difference.after))
    return Panel(table, title="The stored order differs from its facts", title_align="left")


def _verdict(explanation: Explanation, drift: Sequence[Difference]) -> str:
    if not explanation.holds:
        return "NOT proven: the ledger does not sum up to the order."
    if drift:
        return f"NOT proven: the stored order differs from its facts in {len(drift)} places."
    return "Proven: every unit and every cent of the order is accounted for."
