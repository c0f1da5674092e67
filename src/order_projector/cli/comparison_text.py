"""How two databases compare, as text and as JSON."""

from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from order_projector.operations.comparing import Comparison

_MOST_LINES: Final = 100


def print_comparison_json(found: "Comparison") -> None:
    """Print as JSON the orders that differ, those of one database only, and their counts."""
    from order_projector.cli.printing import print_json
    from order_projector.operations.comparing import KINDS

    print_json({
        "equal": found.equal,
        "different": {name: list(places) for name, places in found.different.items()},
        "only_here": found.only_here,
        "only_there": found.only_there,
        "more": found.not_kept,
        "counts": {name: found.counts[name] for name in KINDS},
    })  # fmt: skip


def print_comparison(found: "Comparison") -> None:
    """Print the orders that differ, those of one database only, and how many there are of each."""
    from order_projector.operations.comparing import KINDS
    from order_projector.settings import one_line, shown

    lines = [f"{shown(name)}: {one_line(', '.join(it))}" for name, it in found.different.items()]
    lines += (f"{shown(name)}: only in this database" for name in found.only_here)
    lines += (f"{shown(name)}: only in the other database" for name in found.only_there)
    for line in lines[:_MOST_LINES]:
        typer.echo(line)
    if (more := len(lines) - _MOST_LINES + found.not_kept) > 0:
        typer.echo(f"and {more:,} more")
    different, here, there = (found.counts[name] for name in KINDS)
    typer.echo(
        f"{found.equal:,} equal, {different:,} different, {here:,} only in this database, "
        f"{there:,} only in the other one"
    )
