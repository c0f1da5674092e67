"""JSON and tables on standard output; what producers wrote is printed as text."""

import json
import sys
from collections.abc import Iterable
from typing import Any, Final

import orjson

from order_projector.settings import json_escaped, shown

_WIDE: Final = 480  # columns when not on a terminal, so that no line wraps


def print_json(value: Any) -> None:
    """Print a value as JSON in one line, control characters escaped."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:  # an integer beyond 64 bits, or a lone surrogate
        text = json.dumps(value, separators=(",", ":"))
    sys.stdout.write(f"{json_escaped(text)}\n")
    sys.stdout.flush()


def pretty(value: Any) -> str:
    """Return a value as indented JSON, control characters escaped."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except TypeError:
        text = json.dumps(value, indent=2)
    return json_escaped(text)


def print_table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print rows in columns; each cell in one line, escaped and bounded."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text("" if cell is None else shown(str(cell))) for cell in row))
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=_WIDE)).print(table)
