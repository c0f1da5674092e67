"""A batch with events that make an order's document too large."""

from tests.unit.toy import noted, paid
from tests.unit.world import World

LARGE, OTHER = "x" * 6_000_000, "y" * 6_000_000


async def test_the_event_that_makes_its_order_too_large_is_dead_lettered_and_the_others_go_on(
    world: World,
) -> None:
    records = [
        world.event(1, noted("e1", {"n": LARGE}, time=1)),
        world.event(2, paid("e2", 5)),
        world.event(3, noted("e3", {"n": OTHER}, time=3)),
        world.event(4, paid("e4", 1, time=4), order_id="p"),
        world.event(5, paid("e5", 2, time=5)),
    ]

    await world.projector().process(records)

    assert world.dead_lettered == [(3, "order_too_large")]
    (letter,) = world.dead_letters.published
    assert letter.message.startswith("the document of order o would take 18")
    assert letter.message.endswith(" bytes, the limit is 16700000")
    large, small = world.store.all()
    assert large.order == {"id": "o", "paid": 7, "note": {"n": LARGE}}
    assert large.causes == ("e5",)
    assert small.order == {"id": "p", "paid": 1}


async def test_revisions_of_one_order_in_one_batch_are_announced_one_after_the_other(
    world: World,
) -> None:
    records = [
        world.event(1, noted("e1", {"n": 2**64})),
        world.event(2, paid("e2", 5)),
        world.event(3, paid("e3", 5)),
        world.event(4, paid("e4", 5)),
    ]

    await world.projector().process(records)

    assert world.dead_lettered == [(1, "order_too_large")]
    assert world.announced == [("o", 1), ("o", 2)]
    assert world.announcements.announced[-1] == world.store.all()[0]


async def test_an_order_stays_as_it_was_when_its_only_event_does_not_fit(world: World) -> None:
    await world.projector().process([world.event(1, paid("e1", 5))])

    await world.projector().process([world.event(2, noted("e2", {"n": [2**63]}))])

    assert world.dead_lettered == [(2, "order_too_large")]
    assert world.announced == [("o", 1)]
    assert world.metrics.events["payment.succeeded", "rejected"] == 1
