"""What a command did is recorded, however it ends."""

import asyncio

import pytest

from order_projector.operations.audit import AuditEntry, recorded
from order_projector.operations.dead_letters.desk import handled_entry
from order_projector.projection.ports import Unavailable


@pytest.mark.parametrize("error", [None, Unavailable("away"), asyncio.CancelledError()])
async def test_what_was_done_before_the_end_is_recorded(error: BaseException | None) -> None:
    kept, sent = list[AuditEntry](), list[str]()

    async def keep(entry: AuditEntry) -> None:
        await asyncio.sleep(0)
        kept.append(entry)

    async def replay() -> None:
        async with recorded(lambda: handled_entry("replay", sent, "why"), keep):
            sent.append("3:17")
            if error is not None:
                raise error

    (ended,) = await asyncio.gather(replay(), return_exceptions=True)

    assert type(ended) is type(error)
    (entry,) = kept
    assert (entry.command, entry.reason) == ("replay", "why")
    assert entry.what == {"letters": 1, "places": "3:17"}


async def test_a_command_that_has_done_nothing_is_not_recorded() -> None:
    async def keep(entry: AuditEntry) -> None:
        raise AssertionError(entry)

    async with recorded(lambda: handled_entry("discard", [], "why"), keep):
        pass


def test_a_replay_that_was_begun_and_not_ended_is_recorded_as_unacknowledged() -> None:
    entry = handled_entry("replay", [], None, "3:17")

    assert entry is not None
    assert entry.what == {"letters": 0, "places": "", "unacknowledged": "3:17"}
