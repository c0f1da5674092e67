"""One log line reports the dead letters of a batch: the number by code, and the first message."""

import json
import logging
from collections.abc import Iterator

import pytest

from order_projector.events.outcome import Code, Rejected
from order_projector.projection.folding import Budget, Folding, at_once
from order_projector.projection.ports import Unavailable
from order_projector.telemetry.logging import configure
from tests.unit.toy import noted, paid
from tests.unit.world import World, raising

BAD = Rejected(Code.INVALID_EVENT, "data.amount: no")
NONE_OF_JSON = Rejected(Code.INVALID_JSON, "value: not JSON")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def _log_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name.endswith(".dead_lettering")]


async def test_a_batch_with_dead_letters_is_one_line_with_their_codes_and_the_first_message(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    too_large = [world.event(n, noted(f"e{n}", {"n": 2**63}), order_id=f"o{n}") for n in (7, 8)]
    records = [world.record(4, BAD), world.record(5, NONE_OF_JSON), world.record(6, BAD)]

    await world.projector().process([world.event(3, paid("e3", 5)), *records, *too_large])

    (line,) = lines(caplog)
    assert line == (
        "dead letters: 5 (2 invalid_event, 1 invalid_json, 2 order_too_large); "
        "the first is of t-0, offset 4: data.amount: no"
    )


async def test_a_batch_without_dead_letters_is_no_line_and_the_next_one_counts_its_own(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    projector = world.projector()
    await projector.process([world.record(1, BAD)])
    caplog.clear()

    await projector.process([world.event(2, paid("e2", 5))])
    assert lines(caplog) == []

    await projector.process([world.record(3, NONE_OF_JSON)])
    assert lines(caplog) == [
        "dead letters: 1 (1 invalid_json); the first is of t-0, offset 3: value: not JSON"
    ]


async def test_what_was_dead_lettered_before_a_batch_failed_is_told_of_and_what_was_not_is_not(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.before["publish_dead_letters", 1] = raising(Unavailable("no leader"))
    world.before["announce", 1] = raising(ValueError("a mistake of ours"))

    with pytest.raises(ValueError, match="a mistake"):
        await world.projector().process([world.event(1, paid("e1", 5)), world.record(2, BAD)])

    assert (
        len(lines(caplog))
        == world.calls.count("publish_dead_letters") - 1
        == len(world.dead_lettered)
    )


async def test_an_order_that_is_apart_tells_of_its_dead_letters_by_itself(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.folding = Folding(Budget(on_loop=1, in_batch=1), at_once, at_once)
    projector = world.projector()

    await projector.process([world.event(1, noted("e1", {"n": 2**63}))])
    await projector.slow_orders.drained()

    (line,) = lines(caplog)
    assert line.startswith("dead letters: 1 (1 order_too_large); the first is of t-0, offset 1: ")


@pytest.mark.usefixtures("_log_as_before")
async def test_a_producer_s_text_in_the_message_is_escaped_and_bounded(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("json", "INFO")
    hostile = Rejected(Code.INVALID_EVENT, f"data.\x1b[2J{'x' * 60_000}: no")

    await world.projector().process([world.record(1, hostile)])

    output = capsys.readouterr().err
    (line,) = map(json.loads, output.splitlines())
    assert line["event"].startswith("dead letters: 1 (1 invalid_event); the first is of t-0, ")
    assert "data.\\x1b[2Jxxx" in line["event"]
    assert len(output) < 5_000
