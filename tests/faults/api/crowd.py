"""All clients of a chaos run, and the API instances that they call."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from order_projector.local.api import api_spec
from order_projector.local.server import Server
from tests.faults.api.client import Client
from tests.faults.api.door import Door, door
from tests.faults.api.journal import Journal
from tests.faults.nemesis import stopped
from tests.support.processes import launched

WRITERS: Final = 4
SETTINGS: Final[Mapping[str, str]] = {"ORDERS_API_WRITE_WAIT": "2"}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Clients that write and read, and one that imports and exports."""

    apis: Sequence[Server]
    door: Door
    journal: Journal
    seed: int

    async def ready(self) -> None:
        """Return once every instance is ready."""
        await asyncio.gather(*(api.ready() for api in self.apis))

    async def work(self, over: asyncio.Event, others: Sequence[str]) -> None:
        """Work until ``over`` is set, then until every pending request is answered."""
        writers = [self._client(f"writer-{number}", others) for number in range(WRITERS)]
        mover = self._client("mover", others)
        async with asyncio.TaskGroup() as tasks:
            for writer in writers:
                tasks.create_task(writer.work(over))
            tasks.create_task(mover.move_much(over))
            await over.wait()
            self.door.calm.set()

    async def leave(self) -> None:
        """Stop the instances gracefully, so that they finish their pending work."""
        await asyncio.gather(*map(stopped, self.apis))

    def _client(self, name: str, others: Sequence[str]) -> Client:
        answers = self.journal.answers.setdefault(name, [])
        return Client(name, self.door, Random(f"{self.seed} {name}"), others, answers)


@asynccontextmanager
async def crowd(
    environment: Mapping[str, str], instances: int, seed: int, folder: Path
) -> AsyncIterator[Crowd]:
    """Start this many API instances for the length of a `with` block."""
    async with AsyncExitStack() as exits:
        apis = [
            await exits.enter_async_context(
                launched(api_spec({**environment, **SETTINGS}, folder / f"api-{number}.log"))
            )
            for number in range(instances)
        ]
        journal = Journal()
        way = await exits.enter_async_context(door(apis, journal, Random(f"{seed} door")))
        yield Crowd(apis, way, journal, seed)
