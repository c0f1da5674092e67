"""A worker never mistakes a broker's error for the answer that nothing was ever committed."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.consumer import consumer as home
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)

from order_projector.adapters.kafka.consumer.patched_coordinator import (
    PatchedCoordinator,
    patch_coordinator,
)

PLACE = TopicPartition("t", 0)
AT_SEVEN = [("t", [(0, 7, "", 0)])]


class Brokers:
    """Brokers that answer one after the other; the first was the group's coordinator."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers = list(answers)
        self.asked = list[int]()

    async def send(self, node: int, _request: object, **_options: object) -> Any:
        self.asked.append(node)
        code, topics = self.answers.pop(0)
        return SimpleNamespace(error_code=code, topics=topics)

    async def find(self, *_: object) -> int:
        return 2

    async def ready(self, *_: object, **__: object) -> bool:
        return True


@pytest.fixture
async def coordinator() -> AsyncIterator[PatchedCoordinator]:
    consumer = AIOKafkaConsumer(group_id="g")
    coordinator = PatchedCoordinator(
        consumer._client, consumer._subscription, group_id="g", retry_backoff_ms=1
    )
    coordinator.coordinator_id = 1
    yield coordinator
    coordinator._coordination_task.cancel()
    await consumer.stop()


def asks(coordinator: PatchedCoordinator, *answers: tuple[int, Any]) -> Brokers:
    brokers = Brokers(*answers)
    coordinator._client.send = brokers.send
    coordinator._client.coordinator_lookup = brokers.find
    coordinator._client.ready = brokers.ready
    return brokers


@pytest.mark.parametrize(
    ("error", "then"), [(NotCoordinatorForGroupError, 2), (GroupLoadInProgressError, 1)]
)
async def test_a_broker_without_the_group_is_not_one_that_knows_of_no_offsets(
    coordinator: PatchedCoordinator, error: Any, then: int
) -> None:
    brokers = asks(coordinator, (error.errno, []), (0, AT_SEVEN))

    offsets = await coordinator.fetch_committed_offsets([PLACE])

    assert offsets[PLACE].offset == 7
    assert brokers.asked == [1, then]


async def test_a_group_that_may_not_be_asked_for_is_an_error(
    coordinator: PatchedCoordinator,
) -> None:
    asks(coordinator, (GroupAuthorizationFailedError.errno, []))

    with pytest.raises(GroupAuthorizationFailedError):
        await coordinator.fetch_committed_offsets([PLACE])


async def test_a_group_without_offsets_has_none(coordinator: PatchedCoordinator) -> None:
    asks(coordinator, (0, [("t", [(0, -1, "", 0)])]))

    assert await coordinator.fetch_committed_offsets([PLACE]) == {}


def test_every_consumer_gets_such_a_coordinator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "GroupCoordinator", home.GroupCoordinator)

    patch_coordinator()

    assert home.GroupCoordinator is PatchedCoordinator
