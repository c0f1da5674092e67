"""Run `order-projector` commands in this process, for tests that need no process of their own."""

import logging
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner, Result

from order_projector.cli import app


def invoke(
    arguments: Sequence[str], folder: Path, stdin: str | None = None, **environment: str
) -> Result:
    """Run a command in a folder, with these variables added to the environment.

    A command sets up logging to the current standard error; the log handlers are restored after it.
    """
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        with chdir(folder):
            return CliRunner().invoke(app, list(arguments), input=stdin, env=environment)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
