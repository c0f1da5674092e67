"""The reference page of the commands, generated from their `--help`.

`python -m tests.support.help_page` rewrites the page.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer
from typer.testing import CliRunner

from order_projector.cli import app

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"

INTRODUCTION: Final = """# Commands

Every command reads the [settings](settings.md) from the environment or a `.env` file. This page is
what `--help` prints. An unknown variable with the prefix `ORDERS_` is named in one warning when a
command starts.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the answer is no: something differs, is missing, was refused or not sent |
| 2 | wrong use or configuration; it names the argument, the option or the variable |
| 3 | the broker or the database does not answer |
| 130 | stopped by Ctrl-C (143 by SIGTERM, 129 by SIGHUP): run it again, or with `--resume` |

Every error is one line on standard error. If one of `send`, `backfill`, `dead-letters replay`,
`verify`, `refold` and `compare` ends early, with 3, 129, 130 or 143, it prints what it has done by
then. Standard output that cannot be written, as on a full disk, is an error with exit code 2; if
its reader closes it, as `| head -n 1` does, a command ends with 0, whatever its answer would have
been.

With `--json`, the output of a command is JSON. Progress goes to standard error once a command
has taken longer than a second: what is done, and which service it waits for. In text from
producers, control characters are escaped and long values shortened.

These commands leave one line in the log and one document in the collection `audit` (`at`, `user`,
`host`, `app_id`, `command`, `what`, `reason`), never an event's data: `send`, `backfill`,
`dead-letters replay` and `discard`, `void`, `erase`, `refold`, `reconcile`, `breaker close`,
`pause`, `resume` and `keys create`, even if they end early; what may have been published by then
without an acknowledgement is `unacknowledged`. `send`, `backfill` and `keys create` work without
the database: then there is only the line, and a warning.
"""


def commands() -> Iterator[tuple[str, ...]]:
    """Yield the words of every command."""
    group: Any = typer.main.get_command(app)
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            for sub in sorted(command.commands):
                yield name, sub
        else:
            yield (name,)


def help_of(words: tuple[str, ...]) -> str:
    """Return what `--help` prints, in a window of 100 columns."""
    environment = {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1", "TERM": "dumb"}
    result = CliRunner().invoke(
        app, [*words, "--help"], env=environment, prog_name="order-projector"
    )
    assert result.exit_code == 0, result.output
    lines = (line.rstrip() for line in result.stdout.strip("\n").splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def page() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION]
    for words in commands():
        name = " ".join(words)
        parts.append(f"\n## `{name}`\n\n```text help\n{help_of(words)}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
