"""Run `order-projector` commands as an operator does, on the topics of a test."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.commands import invoke
from tests.support.topics import Topics

_PROGRESS = re.compile(
    r"[\d,]+( of [\d,]+)? \w+, [\d,]+ a second\n|waiting for the (broker|database)(, \d+ s)?\n"
)


@dataclass(frozen=True, slots=True)
class Ended:
    """The exit code and the output of a command."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Shell:
    """A folder, and the settings of a worker on a test's topics."""

    topics: Topics
    folder: Path
    changed: dict[str, str] = field(default_factory=dict)

    async def __call__(self, *words: str, stdin: str | None = None, **settings: str) -> Ended:
        """Run a command, with settings changed by keyword; raise an unhandled exception.

        Progress messages, which depend on timing, are removed from its output.
        """
        variables = self.topics.environment() | self.changed | settings

        result = await asyncio.to_thread(invoke, words, self.folder, stdin, **variables)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        lines = result.stderr.splitlines(keepends=True)
        told = "".join(line for line in lines if not _PROGRESS.fullmatch(line))
        return Ended(result.exit_code, result.stdout, told)

    def file(self, name: str, *lines: object) -> str:
        """Write a file of lines, a text as it is and anything else as JSON; return its name."""
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        (self.folder / name).write_text("".join(f"{text}\n" for text in texts))
        return name


async def until(seen: Callable[[], Awaitable[object]]) -> None:
    """Wait until ``seen`` returns something true."""
    async with asyncio.timeout(120):
        while True:
            if await seen():
                return
            await asyncio.sleep(0.2)


def json_lines(text: str) -> list[Any]:
    """Return the JSON of each line."""
    return [json.loads(line) for line in text.splitlines()]
