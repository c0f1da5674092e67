"""Records as they are: without markup, and with what a terminal would obey escaped.

A producer can write anything into a record. In the tables of Textual a text is markup, of which a
wrong one ends the screen; and control characters go to the browser's terminal, which obeys them.
"""

from collections.abc import Callable
from typing import Any

from rich.console import RenderableType
from rich.text import Text


def plain(text: str) -> str:
    """Escape what is not printable; keep line breaks and tabs."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode()
        for each in text
    )


def plain_data(data: Any) -> Any:
    """Escape all texts of a JSON value, keys included."""
    match data:
        case str():
            return plain(data)
        case dict():
            return {plain_data(key): plain_data(value) for key, value in data.items()}
        case list() | tuple():
            return [plain_data(each) for each in data]
        case _:
            return data


def plain_cells(formatter: Callable[..., RenderableType]) -> Callable[..., RenderableType]:
    """Textual's formatter of cells, for which no text is markup."""

    def formatted(cell: object, wrap: bool = True, height: int = 0) -> RenderableType:
        match cell:
            case str():
                lines = plain(cell).split("\n")
                text = "\n".join(lines[:height] if height else lines)
                return Text(text, no_wrap=not wrap, end="")
            case Text():
                cell = Text(plain(cell.plain), cell.style, no_wrap=not wrap, end="")
        return formatter(cell, wrap, height)

    return formatted
