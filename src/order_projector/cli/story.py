"""An order's story on a terminal, or as JSON."""

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
from order_projector.domain.explanation import Chapter, Explanation
from order_projector.domain.ledger import Account, LedgerLine
from order_projector.settings import json_escaped, shown

_LONGEST_VALUE = 60


def print_json(told: Explanation, drift: Sequence[Difference]) -> None:
    """The whole story as one JSON object; times in ISO 8601."""
    story = {
        "order_id": told.order_id,
        "chapters": [_chapter_json(chapter) for chapter in told.chapters],
        "proofs": [
            {"account": it.account, "summed": it.summed, "stated": it.stated, "holds": it.holds}
            for it in told.proofs
        ],
        "drift": list(drift),
        "holds": told.holds and not drift,
        "order": told.order,
    }
    text = orjson.dumps(story, option=orjson.OPT_APPEND_NEWLINE).decode()
    sys.stdout.buffer.write(json_escaped(text).encode())
    sys.stdout.buffer.flush()


def _chapter_json(chapter: Chapter) -> dict[str, Any]:
    return {
        "at": format_time(chapter.at),
        "title": chapter.title,
        "events": chapter.events,
        "ledger": chapter.ledger,
        "changes": chapter.changes,
        "flags": chapter.flags,
    }


def print_story(told: Explanation, drift: Sequence[Difference]) -> None:
    """The story for people, ending with the proof."""
    console = Console(highlight=False)
    console.print(_text(f"Order {told.order_id}", style="bold"))
    console.print(
        "Money is in the smallest currency unit. A discount of + lowers the total.\n", style="dim"
    )
    for number, chapter in enumerate(told.chapters, start=1):
        console.print(_chapter(number, chapter))
    console.print(_proofs(told))
    if drift:
        console.print(_drift(drift))
    verdict = _verdict(told, drift)
    console.print(
        _text(verdict, style="bold green" if verdict.startswith("Proven") else "bold red")
    )


def _chapter(number: int, chapter: Chapter) -> RenderableType:
    parts: list[RenderableType] = [
        _text(chapter.title, style="bold"),
        _text(f"event {', '.join(chapter.events)}", style="dim"),
    ]
    if chapter.ledger:
        parts.append(_ledger(chapter.ledger))
    if chapter.changes:
        parts.append(_changes(chapter.changes))
    if not chapter.ledger and not chapter.changes:
        parts.append(_text("changed nothing"))
    parts.extend(_text(f"! {flag}", style="yellow") for flag in chapter.flags)
    title = Text(f"{number}  {format_time(chapter.at)}")
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
    """What a ledger line adds to the amount and to the discounts."""
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
    """A producer's text, and not rich's markup."""
    return Text(shown(text), style)


def _proofs(told: Explanation) -> Panel:
    table = _table(
        ("account", "left"),
        ("sum of the ledger", "right"),
        ("the order says", "right"),
        ("", "left"),
    )
    for proof in told.proofs:
        mark = _text("equal", "green") if proof.holds else _text("DIFFERENT", "bold red")
        table.add_row(proof.account, str(proof.summed), str(proof.stated), mark)
    return Panel(table, title="The sum", title_align="left")


def _drift(drift: Iterable[Difference]) -> Panel:
    table = _table(("field", "left"), ("by the facts", "left"), ("as stored", "left"))
    for difference in drift:
        table.add_row(_text(difference.path), _value(difference.before), _value(difference.after))
    return Panel(table, title="The stored order differs from its facts", title_align="left")


def _verdict(told: Explanation, drift: Sequence[Difference]) -> str:
    if not told.holds:
        return "NOT proven: the ledger does not sum up to the order."
    if drift:
        return f"NOT proven: the stored order differs from its facts in {len(drift)} places."
    return "Proven: every unit and every cent of the order is accounted for."
