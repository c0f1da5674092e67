"""A rule change under load and in a shadow run: docs/operations/upgrade.md."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from tests.handbook.deployment import Story, later
from tests.handbook.next_release import next_release
from tests.support.events import Json, event_at
from tests.support.probes import until

PAGE = "upgrade.md"
NUMBERS = range(1, 201)
BUSY = range(1, 101)
"""Orders that receive events all the time."""
AFTERWARDS = 4000
"""A minute that the load never reaches."""
DOWN = 50350 - 1510
"""What remains of 503.50 after 3 % off, by the rules of the next release."""


def discounted(numbers: range) -> list[Json]:
    """Return the events of orders of 503.50 with a discount of 3 %."""
    items = [{"product_id": "p", "quantity": 1, "price": 50350}]
    found = []
    for n in numbers:
        order = {"order": {"id": f"ord_{n}", "items": items}}
        redeemed = {
            "order": {"id": f"ord_{n}"},
            "redemption": {"id": f"r_{n}", "date": "2026-03-01T12:02:00Z"},
            "voucher": {"id": "v_1", "discount": {"type": "PERCENT", "percent_off": 3}},
        }
        found.append(event_at(1, "order.created", order, f"evt_c{n}"))
        found.append(event_at(2, "redemption.succeeded", redeemed, f"evt_r{n}"))
    return found


@asynccontextmanager
async def load(story: Story) -> AsyncIterator[None]:
    """Change orders continuously, 20 at a time."""

    async def send() -> None:
        for minute in count(3):
            some = [*BUSY][minute % 5 :: 5]
            await story.send(later(minute, "updated", some, metadata={"change": minute}))
            await asyncio.sleep(0.2)

    sending = asyncio.create_task(send())
    try:
        yield
    finally:
        assert not sending.done()
        sending.cancel()


async def test_a_changed_rule_is_refolded_under_load_and_survives_a_roll_back(
    story: Story, tmp_path: Path
) -> None:
    story.cluster.releases["0.2.0"] = next_release(tmp_path / "next")
    await story.begin()
    await story.send(discounted(NUMBERS))
    await until(lambda: story.are(NUMBERS, total_amount=48839), "the orders are discounted")

    await story.console.play(PAGE, "Before")
    async with load(story):
        await story.console.play(PAGE, "Upgrade")
        await story.console.play(PAGE, "Refold")
    assert await story.are(NUMBERS, total_amount=DOWN)

    undo, *rest = story.console.steps(PAGE, "Roll back")
    await story.console.see(undo)
    await story.send(later(AFTERWARDS, "paid", NUMBERS))
    await until(lambda: story.has(len(NUMBERS), {"_projection.refold": True}), "orders are marked")
    for step in rest:
        await story.console.see(step)

    await until(lambda: story.are(NUMBERS, total_amount=DOWN, status="PAID"), "all are complete")
    await until(story.is_announced, "the last record of each order is what is stored")


async def test_a_shadow_run_shows_what_a_release_changes_and_is_cut_over_to(
    story: Story, tmp_path: Path
) -> None:
    """Consumers that keep the highest revision see the change, and what comes afterwards."""
    story.cluster.releases["0.2.0"] = next_release(tmp_path / "next")
    await story.begin()
    await story.send(discounted(NUMBERS))
    await until(lambda: story.are(NUMBERS, total_amount=48839), "the orders are discounted")
    await story.send(later(3, "updated", NUMBERS, metadata={"gift": True}))
    await until(lambda: story.has_announced(2, NUMBERS), "their changes are announced")

    await story.console.play(PAGE, "Shadow run")
    await story.console.play(PAGE, "Cut over")

    await story.send(later(9, "paid", NUMBERS))
    await until(lambda: story.announced(len(NUMBERS), "PAID"), "consumers see what comes next")
    kept = await story.updates()
    assert {(value or {})["total_amount"] for _, value in kept.values()} == {DOWN}
