"""The sink connector as a contender, on Apache Kafka."""

from pathlib import Path

import pytest
from bench.contender import SINK
from bench.live.arithmetic import MISSING
from bench.live.segment import Entrant, Schedule
from bench.sizes import Sizes

from tests.support.servers import Servers

pytestmark = pytest.mark.nightly
SIZES = Sizes(documents=(700,) * 10, announcements=(400,) * 10)


async def test_the_document_of_every_event_of_the_stream_is_seen(
    stack: Servers, tmp_path: Path
) -> None:
    """Two seconds at 20 events per second are measured, after one second that is not."""
    entrant = Entrant(SINK, stack, tmp_path, SIZES)

    segment = await entrant.segment(Schedule(rate=20, seconds=2, lead=1))

    assert len(segment.latencies) == 40
    assert all(0 < latency < MISSING for latency in segment.latencies)
    assert (segment.batches, segment.records) == (0, 0)


async def test_the_connector_leaves_its_properties_with_the_log_of_the_run(
    stack: Servers, tmp_path: Path
) -> None:
    await Entrant(SINK, stack, tmp_path, SIZES).segment(Schedule(rate=20, seconds=1, lead=1))

    assert left_in(tmp_path) == ["sink.properties", "worker.properties"]


def left_in(folder: Path) -> list[str]:
    """Return the names of the connector's files."""
    return sorted(file.name for file in folder.glob("sink-*/*.properties"))
