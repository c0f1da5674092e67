"""What `verify` and `refold` have found, as text and as JSON."""

from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from order_projector.operations.verifying import Reported, Tally

_MOST_LINES: Final = 100
_COUNTS: Final = {
    "equal": "equal",
    "different": "different",
    "unreadable": "unreadable",
    "source_ids": "source ids equal",
    "old_facts": "with facts of older rules",
    "written": "written",
    "announced": "announced",
    "failed": "failed",
}
_MOST_PLACES: Final = 5


def print_tally_json(tally: "Tally") -> None:
    """Print as JSON what a pass has counted, and the orders that it reports."""
    from order_projector.cli.printing import print_json

    print_json({
        **{name: tally.counts[name] for name in _COUNTS},
        "missing": tally.missing,
        "orders": [_reported(each) for each in tally.reported],
    })  # fmt: skip


def print_tally(tally: "Tally") -> None:
    """Print what a pass has counted, and the orders that it reports."""
    from order_projector.settings import one_line, shown

    for each in tally.reported[:_MOST_LINES]:
        kind, reasons, _ = _verdict(each)
        typer.echo(f"{shown(each.order_id)}: {kind}: {one_line('; '.join(reasons))}")
    if (more := len(tally.reported) - _MOST_LINES) > 0:
        typer.echo(f"and {more:,} more")
    for order_id in tally.missing:
        typer.echo(f"{shown(order_id)}: not stored")
    typer.echo(", ".join(f"{tally.counts[name]:,} {text}" for name, text in _COUNTS.items()))


def _verdict(each: "Reported") -> tuple[str, list[str], int]:
    from order_projector.projection.refolding import Different, Unreadable

    match each.verdict:
        case Different(parts=parts):
            more = len(parts) - _MOST_PLACES
            return "different", [*parts[:_MOST_PLACES], *([f"{more} more"] if more > 0 else [])], 1
        case Unreadable(reason=reason):
            return "unreadable", [reason], 2
        case _:
            return "not written", ["too many conflicts, or the database refuses it"], 3


def _reported(each: "Reported") -> dict[str, Any]:
    kind, reasons, _ = _verdict(each)
    written = None if each.rewritten is None else each.rewritten.name.lower()
    return {"order": each.order_id, "verdict": kind, "reasons": reasons, "written": written}
