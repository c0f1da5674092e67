"""Wrong use of a command, said in one line that names the option or the argument."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import typer
from typer.core import TyperGroup

from order_projector.cli.errors import print_error
from order_projector.cli.running import ExitCode

_USAGE_ERROR: Final = typer.BadParameter.__mro__[1]
"""The base of all such errors: which module has it depends on the version of Typer."""
_HELP: Final = "NoArgsIsHelpError"
"""The one of them that only stands for a help page."""


class OneLineGroup(TyperGroup):
    """The commands of a program; of wrong use of any of them, a line is printed, and no frame."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Parse the options before the command."""
        with _in_one_line():
            return super().make_context(*args, **options)

    def invoke(self, *args: Any, **options: Any) -> Any:
        """Parse what follows, and run the command."""
        with _in_one_line():
            return super().invoke(*args, **options)


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if not isinstance(error, _USAGE_ERROR) or type(error).__name__ == _HELP:
            raise
        message = error.format_message()  # type: ignore[attr-defined]
        print_error(" ".join(message.split()))
        raise typer.Exit(ExitCode.WRONG_USE) from None
