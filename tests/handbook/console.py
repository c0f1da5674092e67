"""The console blocks of a page: the commands that an operator types, and their output."""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Final

from tests.support.commands import invoke
from tests.support.pages import ROOT, snippets_of

HANDBOOK: Final = ROOT / "docs" / "operations"
READS: Final = re.compile(
    r"curl |order-projector (?:orders|updates|verify|compare|doctor|breaker show|"
    r"dead-letters (?:list|show))\b"
)
"""Commands that are repeated until they print what the page shows: workers take time."""
OURS: Final = re.compile(r"order-projector [^|&;<>$`]+")
"""A command of ours that needs no shell."""
PATIENCE: Final = 60.0
"""Seconds for which a command is repeated."""

StandIn = Callable[[Sequence[str]], Awaitable[str]]
"""Does the work of a tool that has no server here, and returns its output."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command and its expected output; `...` stands for what differs between runs."""

    command: str
    output: str

    def shows(self, printed: str) -> bool:
        """Return whether the printed text matches what the page shows."""
        parts = map(re.escape, _plain(self.output).split("..."))
        return re.fullmatch(".*".join(parts), _plain(printed), re.DOTALL) is not None


def steps(page: Path) -> dict[str, list[Step]]:
    """Return the steps of a page by heading; headings without steps are left out."""
    found: dict[str, list[Step]] = {}
    for section in re.split(r"^(?=##+ )", page.read_text(), flags=re.MULTILINE):
        heading = section.partition("\n")[0].lstrip("# ")
        blocks = [body for kind, body in snippets_of(section) if kind == "console"]
        if blocks:
            found[heading] = [step for body in blocks for step in _typed(body)]
    return found


def _typed(block: str) -> Iterator[Step]:
    for typed in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = typed.partition("\n")
        yield Step(command, output)


def _plain(text: str) -> str:
    """Collapse white space, so that the width of columns does not matter."""
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


@dataclass(slots=True)
class Console:
    """An operator's terminal: a working directory, variables, and stand-ins for tools."""

    folder: Path
    variables: dict[str, str]
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict)

    def steps(self, page: str, heading: str) -> list[Step]:
        """Return the steps under a heading of the handbook."""
        return steps(HANDBOOK / page)[heading]

    async def play(self, page: str, heading: str) -> None:
        """Run the steps under a heading, and check that they print what the page shows."""
        for step in self.steps(page, heading):
            await self.see(step)

    async def see(self, step: Step) -> None:
        """Run a command, and check that it prints what the page shows."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not step.shows(printed := await self._type(step.command)):
            is_late = asyncio.get_running_loop().time() > deadline
            if is_late or not READS.match(step.command):
                raise AssertionError(f"$ {step.command}\n{printed}\n--- the page:\n{step.output}")
            await asyncio.sleep(0.2)

    async def _type(self, command: str) -> str:
        match shlex.split(Template(command).safe_substitute(self.variables)):
            case ["export", assignment]:
                name, _, value = assignment.partition("=")
                self.variables[name] = value
                return ""
            case [tool, *words] if tool in self.stand_ins:
                return await self.stand_ins[tool](words)
            case _:
                return await asyncio.to_thread(self._run, command)

    def _run(self, command: str) -> str:
        """Return what a command prints; standard error is included only if the command fails.

        Commands of this release run in this process, and only the rest of a pipeline in a shell.
        """
        first, _, rest = command.partition(" | ")
        if not OURS.fullmatch(first) or "PYTHONPATH" in self.variables:
            return self._shell(command)
        _, *words = shlex.split(first)
        ended = invoke(words, self.folder, **self.variables)
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        if rest:
            return self._shell(rest, ended.stdout)
        return ended.stdout if ended.exit_code == 0 else f"{ended.stdout}{ended.stderr}"

    def _shell(self, command: str, piped: str = "") -> str:
        tools = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        inherited = {name: it for name, it in os.environ.items() if name == "PYTHONPATH"}
        ended = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env={**inherited, **self.variables, "PATH": tools, "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            input=piped,
            timeout=120,
            check=False,
        )
        return ended.stdout if ended.returncode == 0 else f"{ended.stdout}{ended.stderr}"
