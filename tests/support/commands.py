"""Run commands of `order-projector` as an operator does, in a process of their own."""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.topics import Topics

Ended = subprocess.CompletedProcess[str]


@dataclass(frozen=True, slots=True)
class Shell:
    """A folder, and the settings of a worker on a test's topics."""

    topics: Topics
    folder: Path
    changed: dict[str, str] = field(default_factory=dict)

    async def __call__(self, *words: str, stdin: str | None = None, **settings: str) -> Ended:
        """Run a command; keywords change its settings."""
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "order_projector", *words],
            env=self.topics.environment() | self.changed | settings,
            cwd=self.folder,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def file(self, name: str, *lines: object) -> str:
        """Write a file of lines: a text as it is, anything else as JSON; return its name."""
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        (self.folder / name).write_text("".join(f"{text}\n" for text in texts))
        return name


def json_lines(text: str) -> list[Any]:
    """Return the JSON of each line."""
    return [json.loads(line) for line in text.splitlines()]
