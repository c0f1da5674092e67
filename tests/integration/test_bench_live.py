"""The live bench on real servers, at a rate that any machine sustains."""

from pathlib import Path

import pytest
from bench.contender import PIPE
from bench.live.arithmetic import MISSING
from bench.live.segment import Entrant, Schedule
from bench.sizes import Sizes

from tests.support.servers import Servers

pytestmark = pytest.mark.nightly
SIZES = Sizes(documents=(700,) * 10, announcements=(400,) * 10)


async def test_every_measured_event_has_a_latency_and_every_process_its_processor_time(
    stack: Servers, tmp_path: Path
) -> None:
    """Two seconds at 20 events per second are measured, after one second that is not."""
    entrant = Entrant(PIPE, stack, tmp_path, SIZES)

    segment = await entrant.segment(Schedule(rate=20, seconds=2, lead=1))

    assert len(segment.latencies) == len(segment.lateness) == 40
    assert all(0 < latency < MISSING for latency in segment.latencies)
    assert segment.several == 0
    assert segment.announcements == 60
    assert 0 < segment.batches <= segment.records
    assert {"contender", "generator", "observer"} <= segment.cpu.keys()


async def test_commands_and_bytes_to_the_database_are_counted_from_the_first_measured_event(
    stack: Servers, tmp_path: Path
) -> None:
    """A command of the pipe has at least one document of 700 bytes; there are 60 events in all."""
    entrant = Entrant(PIPE, stack, tmp_path, SIZES)

    traffic, events = await entrant.traffic(Schedule(rate=20, seconds=2, lead=1))

    assert 0 < events <= 60
    assert 0 < traffic.commands <= 60
    assert traffic.sent > 700 * traffic.commands
