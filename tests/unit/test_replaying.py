"""A dead letter is replayed once, whatever happens in between and even if others try as well."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from order_projector.adapters.kafka.producer.outbound import ERROR_HEADERS
from order_projector.adapters.kafka.producer.publisher import Message
from order_projector.operations.audit import Operator
from order_projector.operations.dead_letters.letters import Letter, parse_place, read_letter
from order_projector.operations.dead_letters.listing import LetterFilter, ListedLetter
from order_projector.operations.dead_letters.replaying import Handler, NotHandled
from order_projector.projection.handling import Handling, HandlingState, LetterId
from order_projector.projection.ports import Coordinates, Record, Unavailable

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
ANN, BOB = Operator("ann", "host-1"), Operator("bob", "host-2")
OURS = 0
"""Stands for this process, whose id differs from run to run."""
NEW_PLACE = Coordinates("payments", 2, 40)

ERROR = (b"invalid_event", b"data.payment.amount: missing", b"payments", b"1", b"7")
FAILED_AT = b"2026-03-01T12:00:00.000Z"


def record(*headers: tuple[str, bytes | None], value: bytes | None = b"{}") -> Record:
    said = zip(ERROR_HEADERS, (*ERROR, FAILED_AT), strict=True)
    return Record(Coordinates("dead", 3, 17), b"ord_1", value, (*headers, *said), 5)


def letter(*headers: tuple[str, bytes | None]) -> Letter:
    found = read_letter(record(*headers))
    assert found is not None
    return found


class Records:
    """A `HandlingRecord` in memory."""

    def __init__(self) -> None:
        self.kept: dict[LetterId, Handling] = {}

    async def find(self) -> Mapping[LetterId, Handling]:
        return dict(self.kept)

    async def get(self, letter: LetterId) -> Handling | None:
        await asyncio.sleep(0)
        return self.kept.get(letter)

    async def put(self, handling: Handling, before: Handling | None) -> bool:
        await asyncio.sleep(0)
        if self.kept.get(handling.letter) != before:
            return False
        self.kept[handling.letter] = handling
        return True


class Broker:
    """A broker that keeps what was published, and fails while it is away."""

    def __init__(self) -> None:
        self.published: list[Message] = []
        self.is_away = False

    async def publish_one(self, message: Message) -> Coordinates | None:
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("away")
        self.published.append(message)
        return NEW_PLACE


def handler(records: Records, who: Operator = ANN, at: datetime = NOW) -> Handler:
    return Handler(records, who, lambda: at)


def test_a_letter_is_read_from_the_headers_of_its_record() -> None:
    found = letter(("traceparent", b"00-1"), ("replayed-from", b"dead:1:1"))

    assert (found.place, found.code) == ("3:17", "invalid_event")
    assert found.source == Coordinates("payments", 1, 7)
    assert found.original().headers == (("traceparent", b"00-1"),)


@pytest.mark.parametrize("at", range(6))
def test_a_record_that_lacks_a_header_of_a_dead_letter_is_none(at: int) -> None:
    complete = record()
    headers = tuple(it for number, it in enumerate(complete.headers) if number != at)
    assert read_letter(replace(complete, headers=headers)) is None


@pytest.mark.parametrize(
    "text", ["", "3", "3:", ":17", "3:17:1", "a:1", "-1:2", "3:\u0661", "3:17 "]
)
def test_a_text_that_is_no_place_is_none(text: str) -> None:
    assert parse_place(text, "dead") is None


async def test_a_replay_sends_the_event_as_it_was_and_says_where_it_stood() -> None:
    broker, records = Broker(), Records()
    dead = letter(("traceparent", b"00-1"))

    place = await handler(records).replay(broker, dead, dead.original(), "mended")

    assert place == NEW_PLACE
    assert broker.published == [
        Message(
            "payments",
            b"ord_1",
            b"{}",
            (("traceparent", b"00-1"), ("replayed-from", b"dead:3:17")),
        )
    ]
    kept = records.kept[dead.id]
    assert (kept.state, kept.user, kept.host, kept.reason, kept.mended, kept.new_place) == (
        HandlingState.REPLAYED,
        "ann",
        "host-1",
        "mended",
        False,
        NEW_PLACE,
    )


async def test_a_letter_that_was_replayed_is_not_replayed_again() -> None:
    broker, records, dead = Broker(), Records(), letter()
    await handler(records).replay(broker, dead, dead.original(), None)

    with pytest.raises(NotHandled, match="it was replayed by ann@host-1 at 2026-03-08T12:00:00"):
        await handler(records, BOB).replay(broker, dead, dead.original(), None)
    with pytest.raises(NotHandled, match="it was replayed by"):
        await handler(records, BOB).discard(dead, "no use")

    assert len(broker.published) == 1


async def test_of_two_people_at_once_one_replays() -> None:
    broker, records, dead = Broker(), Records(), letter()

    both = await asyncio.gather(
        handler(records, ANN).replay(broker, dead, dead.original(), None),
        handler(records, BOB).replay(broker, dead, dead.original(), None),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in both) == ["Coordinates", "NotHandled"]
    assert len(broker.published) == 1


async def test_a_replay_that_the_broker_did_not_answer_is_interrupted_and_can_be_repeated() -> None:
    broker, records, dead = Broker(), Records(), letter()
    broker.is_away = True
    with pytest.raises(Unavailable):
        await handler(records).replay(broker, dead, dead.original(), None)
    listed = ListedLetter(dead, records.kept[dead.id])
    assert listed.state(NOW, BOB) == "interrupted"
    assert listed.is_open

    broker.is_away = False
    assert await handler(records, BOB).replay(broker, dead, dead.original(), None) == NEW_PLACE
    assert len(broker.published) == 1


@pytest.mark.parametrize(
    ("who", "process", "after", "state"),
    [
        (ANN, OURS, 10, "replaying"),
        (ANN, 2**22 + 1, 10, "interrupted"),  # no process has such an id
        (BOB, 2**22 + 1, 10, "replaying"),  # a process of another host: only time tells
        (BOB, 2**22 + 1, 300, "interrupted"),
        (ANN, OURS, 300, "interrupted"),
    ],
)
async def test_a_replay_that_died_is_interrupted_once_that_is_known(
    who: Operator, process: int, after: int, state: str
) -> None:
    records, dead = Records(), letter()
    process = process or os.getpid()
    until = NOW + timedelta(seconds=120)
    records.kept[dead.id] = Handling(
        dead.id, 1, HandlingState.REPLAYING, NOW, "ann", "host-1", process, until
    )
    at = NOW + timedelta(seconds=after)

    assert ListedLetter(dead, records.kept[dead.id]).state(at, who) == state
    replayed = handler(records, who, at).replay(Broker(), dead, dead.original(), None)
    if state == "interrupted":
        assert await replayed == NEW_PLACE
    else:
        with pytest.raises(NotHandled, match="it is being replayed by ann@host-1"):
            await replayed


async def test_a_crash_at_any_await_leaves_a_letter_that_can_be_replayed() -> None:
    """No letter is ever recorded as replayed without having been sent."""
    dead = letter()
    for step in range(1, 12):
        broker, records = Broker(), Records()
        task = asyncio.create_task(handler(records).replay(broker, dead, dead.original(), None))
        for _ in range(step):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        for _ in range(5):  # the task that marks the interruption outlives the cancelled one
            await asyncio.sleep(0)
        handling = records.kept.get(dead.id)
        if handling is not None and handling.is_done:
            assert broker.published
        else:
            await handler(records, BOB).replay(broker, dead, dead.original(), None)
        assert 1 <= len(broker.published) <= 2


async def test_a_discarded_letter_is_not_open() -> None:
    records, dead = Records(), letter()
    await handler(records).discard(dead, "a test event")

    listed = ListedLetter(dead, records.kept[dead.id])
    assert (listed.is_open, listed.state(NOW, BOB)) == (False, "discarded")
    assert records.kept[dead.id].reason == "a test event"


async def test_a_letter_at_the_place_of_another_one_is_another_letter() -> None:
    """A recreated topic uses the same offsets again."""
    records, dead = Records(), letter()
    await handler(records).discard(dead, "old")
    new = replace(dead, failed_at="2026-03-02T12:00:00.000Z")

    assert await handler(records).replay(Broker(), new, new.original(), None) == NEW_PLACE


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (LetterFilter(), True),
        (LetterFilter(code="invalid_event", topic="payments"), True),
        (LetterFilter(code="invalid_json"), False),
        (LetterFilter(topic="redemptions"), False),
        (LetterFilter(since=1_772_366_400_000), True),
        (LetterFilter(since=1_772_366_400_001), False),
    ],
)
def test_letters_are_found_by_code_source_topic_and_time(wanted: LetterFilter, found: bool) -> None:
    assert wanted.matches(letter()) is found
