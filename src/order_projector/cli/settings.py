"""`order-projector settings`: show every variable and its value."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from order_projector.cli.options import Json

if TYPE_CHECKING:
    from order_projector.settings import Row

_WIDE: Final = 240  # columns when not on a terminal, so that no line wraps


def settings(as_json: Json = False) -> None:
    """Print every setting with its effective value, its default and its description.

    Passwords and other secrets are masked.
    """
    from order_projector.settings import describe, exit_on_configuration_error, load

    with exit_on_configuration_error():
        rows = describe(load())
    (_print_json if as_json else _print_table)(rows)


def _print_json(rows: "Sequence[Row]") -> None:
    from dataclasses import asdict

    from order_projector.cli.printing import print_json

    print_json([asdict(row) for row in rows])


def _print_table(rows: "Sequence[Row]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from order_projector.settings import shown

    table = Table("variable", "value", "default", "description", box=None, pad_edge=False)
    for row in rows:
        style = "" if row.value == row.default else "bold"
        table.add_row(
            row.variable, Text(shown(row.value), style), Text(row.default), Text(row.description)
        )
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=_WIDE)).print(table)
