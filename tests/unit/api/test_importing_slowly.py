"""Imports whose looks take longer than a process that says nothing is taken for alive."""

import json
from dataclasses import dataclass, field

import pytest

from order_projector.api.importing import LEASE, Importer
from order_projector.projection.api_jobs import ClaimedImport, ImportJob, JobStatus
from order_projector.projection.ports import Announcement, Unavailable
from tests.support.api import World
from tests.support.memory_jobs import MemoryImports

ORDERS = [{"id": f"ord_{number}"} for number in range(40)]


@dataclass
class Slow:
    """A reader, half a second for each look, and an importer that asks it."""

    api: World
    seconds: float = 0.0
    looks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.imports = MemoryImports(self.now)
        self.holding = self.api.services.reader.holding
        services = self.api.services
        self.importer = Importer(
            self.imports, services.reader, services.writer, self.api.clock, seconds=self.now
        )

    def now(self) -> float:
        return self.seconds

    async def look(self, order_id: str, fact: str) -> Announcement | None:
        """Look for an event: half a second passes."""
        self.seconds += 0.5
        self.looks.append(order_id)
        return await self.holding(order_id, fact)

    async def begin(self) -> None:
        await self.imports.create(ImportJob("aa_1", 0, 0, len(ORDERS)), json.dumps(ORDERS).encode())

    async def status(self) -> JobStatus:
        job = await self.imports.get("aa_1")
        assert job is not None
        return job.status


@pytest.fixture
def slow(api: World, monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Return an API whose reader needs 20 seconds for all events of the import."""
    made = Slow(api)
    assert 0.5 * len(ORDERS) > LEASE
    monkeypatch.setattr(api.services.reader, "holding", made.look)
    return made


async def test_an_import_stays_with_its_process_however_long_a_look_at_its_events_takes(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    await slow.begin()
    claimed = list[ClaimedImport | None]()

    async def look(order_id: str, fact: str) -> Announcement | None:
        claimed.append(await slow.imports.claim("another", LEASE))
        return await slow.look(order_id, fact)

    monkeypatch.setattr(slow.api.services.reader, "holding", look)
    await slow.importer.work()

    assert claimed == [None] * len(ORDERS)
    assert await slow.status() is JobStatus.DONE


async def test_a_process_that_lost_its_import_stops_within_the_look(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    await slow.begin()

    async def look(order_id: str, fact: str) -> Announcement | None:
        if len(slow.looks) == 10:
            slow.seconds += LEASE
            assert await slow.imports.claim("another", LEASE) is not None
        return await slow.look(order_id, fact)

    monkeypatch.setattr(slow.api.services.reader, "holding", look)
    assert await slow.importer.work() is True

    assert len(slow.looks) == 11
    assert await slow.status() is JobStatus.IN_PROGRESS


async def test_an_import_ends_within_a_look_once_its_last_event_is_acknowledged_for_a_minute(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    await slow.begin()
    slow.api.log.folds = False

    async def look(order_id: str, fact: str) -> Announcement | None:
        slow.api.clock.advance(seconds=2)
        return await slow.look(order_id, fact)

    monkeypatch.setattr(slow.api.services.reader, "holding", look)
    await slow.importer.work()

    assert len(slow.looks) == 30
    assert await slow.status() is JobStatus.DONE


async def test_a_database_that_is_away_within_a_look_is_waited_for(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    await slow.begin()
    failures = [Unavailable("away"), Unavailable("away")]

    async def look(order_id: str, fact: str) -> Announcement | None:
        if order_id == "ord_20" and failures:
            raise failures.pop()
        return await slow.look(order_id, fact)

    monkeypatch.setattr(slow.api.services.reader, "holding", look)
    await slow.importer.work()

    assert slow.looks == [f"ord_{number}" for number in range(40)]
    assert await slow.status() is JobStatus.DONE
