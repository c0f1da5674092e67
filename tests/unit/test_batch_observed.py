"""What a batch reports of the stream: announcement delays, lengths of orders, and odd dates."""

from dataclasses import replace

import pytest

from order_projector.projection.clock import milliseconds
from tests.support.stored import noon
from tests.unit.toy import failed, paid
from tests.unit.world import World

NOON = milliseconds(noon())
DAY = 86_400_000


async def test_the_time_from_event_to_announcement_is_observed_for_each_event(
    world: World,
) -> None:
    early, late = paid("e1", 5, time=NOON - 90_000), paid("e2", 5, time=NOON - 1_500)

    await world.projector().process([world.event(1, early), world.event(2, late)])

    assert world.metrics.delays == [90.0, 1.5]


async def test_an_event_dated_after_its_announcement_was_not_late(world: World) -> None:
    await world.projector().process([world.event(1, paid("e1", 5, time=NOON + 1))])

    assert world.metrics.delays == [0.0]


async def test_an_order_that_is_not_announced_was_not_late(world: World) -> None:
    await world.projector().process([world.event(1, paid("e1", 5, time=NOON))])
    world.metrics.delays.clear()

    await world.projector().process([world.event(2, failed("e2", time=NOON))])

    assert world.metrics.delays == []


async def test_the_facts_of_a_written_order_are_observed(world: World) -> None:
    await world.projector().process([world.event(1, paid("e1", 5)), world.event(2, paid("e2", 5))])
    await world.projector().process([world.event(3, paid("e3", 5))])
    await world.projector().process([world.event(4, paid("e3", 5))])

    assert world.metrics.facts == [2, 3]


@pytest.mark.parametrize(("ahead", "counted"), [(DAY, 0), (DAY + 1, 1)])
async def test_an_event_dated_more_than_a_day_after_its_record_is_counted(
    world: World, ahead: int, counted: int
) -> None:
    record = replace(world.event(1, paid("e1", 5, time=NOON + ahead)), timestamp=NOON)

    await world.projector().process([record])

    assert world.metrics.ahead == counted


async def test_a_record_without_a_time_says_nothing_of_its_event(world: World) -> None:
    record = replace(world.event(1, paid("e1", 5, time=NOON + 2 * DAY)), timestamp=-1)

    await world.projector().process([record])

    assert world.metrics.ahead == 0
