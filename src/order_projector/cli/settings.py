"""`order-projector settings`: every variable and what it is set to."""

from typing import Final

_WIDE: Final = 240  # no terminal, no wrapping


def settings() -> None:
    """Print every setting with its effective value, its default and what it is for.

    Passwords and other secrets are masked.
    """
    from rich.console import Console
    from rich.table import Table

    from order_projector.settings import describe, load, refusing

    with refusing():
        rows = describe(load())
    table = Table("variable", "value", "default", "what for", box=None, pad_edge=False)
    for row in rows:
        value = row.value if row.value == row.default else f"[bold]{row.value}[/bold]"
        table.add_row(row.variable, value, row.default, row.description)
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=_WIDE)).print(table)
