"""Run commands of `order-projector` as an operator does, on the topics of a test."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from order_projector.cli import app
from tests.support.topics import Topics


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command has ended, and what it has printed."""

    returncode: int
    stdout: str
    stderr: str


def _invoked(*words: str, stdin: str | None = None, **settings: str) -> Ended:
    """Run a command in this process, which spares the start of one; an unforeseen error is raised.

    Commands log to the standard error of the moment: the log is as before afterwards.
    """
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        result = CliRunner().invoke(app, list(words), input=stdin, env=settings)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


@dataclass(frozen=True, slots=True)
class Shell:
    """A folder, and the settings of a worker on a test's topics."""

    topics: Topics
    folder: Path
    changed: dict[str, str] = field(default_factory=dict)

    async def __call__(self, *words: str, stdin: str | None = None, **settings: str) -> Ended:
        """Run a command; keywords change its settings."""
        variables = self.topics.environment() | self.changed | settings

        def run() -> Ended:
            with contextlib.chdir(self.folder):
                return _invoked(*words, stdin=stdin, **variables)

        return await asyncio.to_thread(run)

    def file(self, name: str, *lines: object) -> str:
        """Write a file of lines: a text as it is, anything else as JSON; return its name."""
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        (self.folder / name).write_text("".join(f"{text}\n" for text in texts))
        return name


async def until(seen: Callable[[], Awaitable[object]]) -> None:
    """Wait until something is seen."""
    async with asyncio.timeout(120):
        while True:
            if await seen():
                return
            await asyncio.sleep(0.2)


def json_lines(text: str) -> list[Any]:
    """Return the JSON of each line."""
    return [json.loads(line) for line in text.splitlines()]
