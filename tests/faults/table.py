"""The evidence of a chaos run: as a table to read, and as JSON to keep."""

from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.faults.api.journal import (
    Accepted,
    File,
    Folded,
    Imported,
    Journal,
    Page,
    Shown,
)
from tests.faults.chaos import Outcome

SHOWN: Final = 20


def print_outcome(console: Console, outcome: Outcome) -> None:
    """Print the table and the first findings."""
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, figure in _figures(outcome).items():
        table.add_row(name, figure)
    console.print(table)
    for finding in outcome.verdict.findings[:SHOWN]:
        console.print(f"{finding.kind}: {finding.what}", style="red")
    more = len(outcome.verdict.findings) - SHOWN
    if more > 0:
        console.print(f"... and {more:,} more")
    console.print("Nothing lost, doubled or wrong." if outcome.clean else "Not as promised.")


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return every figure of the table, and the findings."""
    verdict = outcome.verdict
    return {
        "seed": outcome.plan.seed,
        "seconds": outcome.plan.seconds,
        "events": {
            "acknowledged": outcome.sent.records,
            "orders": outcome.sent.orders,
            "duplicates": outcome.sent.duplicates,
            "poison": outcome.sent.poison,
            "without_key": outcome.sent.keyless,
            "sent_again": outcome.sent.resent,
        },
        "faults": {kind.value: times for kind, times in sorted(outcome.faults.items())},
        "lost": verdict.count("lost"),
        "doubled": verdict.count("doubled"),
        "wrong": verdict.count("wrong"),
        "announcements": verdict.announcements,
        "announced_again": verdict.announced_again,
        "never_announced": verdict.never_announced,
        "dead_letters": verdict.dead_letters,
        "dead_lettered_again": verdict.dead_lettered_again,
        "longest_stall_seconds": round(outcome.longest_stall, 1),
        "local_group_revived": outcome.group_revived,
        "drained": outcome.drained,
        "drained_after_seconds": round(outcome.drained_after, 1),
        "http": _over_http(outcome.journal),
        "clean": outcome.clean,
        "findings": [f"{finding.kind}: {finding.what}" for finding in verdict.findings],
    }


def _figures(outcome: Outcome) -> dict[str, str]:
    verdict = outcome.verdict
    drained = f"{outcome.drained_after:.1f} s" if outcome.drained else "never"
    return {
        "events, all acknowledged": f"{outcome.sent.records:,}",
        "  of orders": f"{outcome.sent.orders:,}",
        "  duplicates": f"{outcome.sent.duplicates:,}",
        "  poison": f"{outcome.sent.poison:,}",
        "  without a key": f"{outcome.sent.keyless:,}",
        "  resent, as not acknowledged": f"{outcome.sent.resent:,}",
        "faults": f"{sum(outcome.faults.values()):,}",
        **{f"  {kind.value}": f"{times:,}" for kind, times in sorted(outcome.faults.items())},
        "order.updated": f"{verdict.announcements:,}",
        "  announced again": f"{verdict.announced_again:,}",
        "  revisions never announced (allowed)": f"{verdict.never_announced:,}",
        "dead letters": f"{verdict.dead_letters:,}",
        "  published again": f"{verdict.dead_lettered_again:,}",
        **_http_figures(outcome.journal),
        "longest stall": f"{outcome.longest_stall:.1f} s",
        "  local broker's group revived": f"{outcome.group_revived:,}",
        "drained, once the faults stopped, after": drained,
        "lost": f"{verdict.count('lost'):,}",
        "doubled": f"{verdict.count('doubled'):,}",
        "wrong": f"{verdict.count('wrong'):,}",
    }


def _over_http(journal: Journal) -> dict[str, Any]:
    imported, files = journal.of(Imported), journal.of(File)
    return {
        "requests": dict(sorted(journal.outcomes.items())),
        "writes_folded": len(journal.of(Folded)),
        "writes_accepted": len(journal.of(Accepted)),
        "orders_shown": len(journal.of(Shown)),
        "pages": len(journal.of(Page)),
        "imports": len(imported),
        "orders_imported": sum(len(each.marks) for each in imported),
        "exports": len(files),
        "orders_exported": sum(len(each.rows) for each in files),
        "longest_answer_seconds": round(journal.longest, 1),
    }


def _http_figures(journal: Journal) -> dict[str, str]:
    figures = _over_http(journal)
    return {
        "HTTP requests": f"{journal.outcomes.total():,}",
        **{f"  {outcome}": f"{times:,}" for outcome, times in figures["requests"].items()},
        "  writes, folded and accepted": (
            f"{figures['writes_folded']:,}, {figures['writes_accepted']:,}"
        ),
        "  orders shown, and pages of them": f"{figures['orders_shown']:,}, {figures['pages']:,}",
        "  imports, of orders": f"{figures['imports']:,}, {figures['orders_imported']:,}",
        "  exports, of orders": f"{figures['exports']:,}, {figures['orders_exported']:,}",
        "  longest answer": f"{journal.longest:.1f} s",
    }
