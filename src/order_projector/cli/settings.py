"""`order-projector settings`: show every variable and its value."""

from typing import Final

_WIDE: Final = 240  # columns when not on a terminal, so that no line wraps


def settings() -> None:
    """Print every setting with its effective value, its default and its description.

    Passwords and other secrets are masked.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from order_projector.settings import describe, exit_on_configuration_error, load, shown

    with exit_on_configuration_error():
        rows = describe(load())
    table = Table("variable", "value", "default", "description", box=None, pad_edge=False)
    for row in rows:
        style = "" if row.value == row.default else "bold"
        table.add_row(
            row.variable, Text(shown(row.value), style), Text(row.default), Text(row.description)
        )
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=_WIDE)).print(table)
