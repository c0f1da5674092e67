"""The generator's process, as its parent sees it."""

import asyncio
import os
import sys
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.topics import Topics

from bench.contender import HERE
from bench.live.generator import GeneratorPlan
from bench.live.pacing import Pace
from bench.live.stream import Stream
from order_projector.local import die_with_parent
from order_projector.local.errors import ServerFailed


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator that has been started."""

    process: asyncio.subprocess.Process
    rate: int

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self.process.pid

    async def pace(self) -> Pace:
        """Wait until it begins; return its pace."""
        if self.process.stdout is None:
            raise TypeError("the generator's output is not piped")
        line = await self.process.stdout.readline()
        if not line:
            raise ServerFailed("the generator ended before it began")
        return Pace(self.rate, float(line))

    async def ended(self) -> None:
        """Let the process exit, after everything has been sent."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        if await self.process.wait():
            raise ServerFailed(f"the generator ended with status {self.process.returncode}")


@asynccontextmanager
async def generating(
    topics: Topics, stream: Stream, events: int, file: Path
) -> AsyncIterator[Generator]:
    """Run a generator for the length of a `with` block; the file has its sending times."""
    plan = GeneratorPlan(
        bootstrap_servers=topics.servers.bootstrap_servers,
        redemptions=topics.redemptions,
        payments=topics.payments,
        rate=stream.lanes,
        first_order=stream.first_order,
        events=events,
        sent=str(file),
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-IS", die_with_parent.__file__, str(os.getpid())),
        *(sys.executable, "-m", "bench.live.generator", plan.as_json()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=HERE,
    )
    try:
        yield Generator(process, stream.lanes)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def sent_by(file: Path) -> "array[float]":
    """Read and delete the file of sending times of a generator that has ended."""
    moments = array("d", file.read_bytes())
    file.unlink()
    return moments


async def sleep_until(moment: float) -> None:
    """Sleep until a moment of the monotonic clock."""
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
