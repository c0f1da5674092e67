"""Commands of `order-projector` run in this process, by tests that are not about the process."""

from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner, Result

from order_projector.cli import app


def invoke(arguments: Sequence[str], folder: Path, **environment: str) -> Result:
    """Run a command in a folder, with these variables added to the environment."""
    with chdir(folder):
        return CliRunner().invoke(app, arguments, env=environment)
