"""The console shows a record's text literally: no markup, no terminal control sequences."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from rich.console import RenderableType
from rich.text import Text

PLAIN = Path(__file__).parents[2] / "deploy" / "console" / "plain.py"
_spec = spec_from_file_location("console_plain", PLAIN)
assert _spec is not None
assert _spec.loader is not None
console = module_from_spec(_spec)
_spec.loader.exec_module(console)


def as_markup(cell: object, wrap: bool = True, height: int = 0) -> RenderableType:
    """Render a cell as Textual's tables do."""
    del wrap, height
    return Text.from_markup(cell) if isinstance(cell, str) else cell  # type: ignore[return-value]


@pytest.mark.parametrize("text", ["[bold]ord_1", "[/]", "[/bold] [link=x]", "\\[", "[@click=quit]"])
def test_no_text_of_a_record_is_markup(text: str) -> None:
    shown = console.plain_cells(as_markup)(text, wrap=False, height=1)
    assert (shown.plain, shown.spans) == (text, [])


def test_control_characters_of_a_record_are_shown_escaped() -> None:
    hostile = "a\x1b[2J\x9b1m\u202eb\nc"
    assert console.plain(hostile) == "a\\x1b[2J\\x9b1m\\u202eb\nc"
    assert console.plain_cells(as_markup)(Text(hostile, "bold")).plain == console.plain(hostile)
    assert console.plain_data({"\x9b": [hostile, 1, None]}) == {
        "\\x9b": [console.plain(hostile), 1, None]
    }
