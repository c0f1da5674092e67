"""Decoding yields to the event loop after a number of bytes or of records."""

import asyncio
from collections.abc import Sequence

import pytest

from order_projector.events.outcome import Outcome, Skipped
from order_projector.projection.batch import Projector
from order_projector.projection.ports import Coordinates, Record
from order_projector.projection.steps import Headers
from tests.support.stored import noon
from tests.unit.toy import fold
from tests.unit.world import Unhurried, World

KIB = 1_024


async def stretches(sizes: Sequence[int]) -> list[int]:
    """Decode values of these sizes; return how many were decoded in each turn of the event loop."""
    turn, turns = 0, list[int]()

    def decode(value: bytes | None, headers: Headers) -> Outcome:
        del value, headers
        turns.append(turn)
        return Skipped("foreign")

    async def other() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    world = World()
    projector = Projector(
        world,
        world,
        world,
        decode=decode,
        fold=fold,
        metrics=world.metrics,
        random=Unhurried(),
        clock=noon,
    )
    records = [
        Record(Coordinates("t", 0, offset), None, bytes(size), ())
        for offset, size in enumerate(sizes)
    ]
    others = asyncio.create_task(other())
    await projector.process(records)
    others.cancel()
    return [turns.count(turn) for turn in dict.fromkeys(turns)]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([2_048 * KIB] * 4, [1, 1, 1, 1], id="each-value-of-2-MiB"),
        pytest.param([256 * KIB] * 3, [1, 1, 1], id="each-value-of-256-KiB"),
        pytest.param([64 * KIB] * 10, [4, 4, 2], id="256-KiB-of-smaller-values"),
        pytest.param([100] * 300, [128, 128, 44], id="128-small-values"),
        pytest.param([0] * 129, [128, 1], id="128-empty-values"),
        pytest.param([100] * 3 + [2_048 * KIB] + [100] * 3, [4, 3], id="after-a-large-value"),
    ],
)
async def test_the_event_loop_has_its_turn_after_256_kib_or_128_records(
    sizes: list[int], expected: list[int]
) -> None:
    assert await stretches(sizes) == expected
