"""The updates of long orders, each a command of its own, do not take up all connections."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from types import SimpleNamespace
from typing import Any

from pymongo import UpdateOne

from order_projector.adapters.mongo import MongoStore
from order_projector.adapters.mongo.writing import UPDATES_AT_ONCE
from order_projector.projection.ports import OrderWrite, Written
from tests.support.long_order import long_writes


@dataclass(slots=True)
class Driver:
    """A driver that counts the commands to which its server has not answered yet."""

    waiting: int = 0
    most: int = 0

    def __getitem__(self, _name: str) -> "Driver":
        return self

    def with_options(self, **_: object) -> "Driver":
        """Return this driver."""
        return self

    async def bulk_write(self, requests: Sequence[Any], *, ordered: bool) -> SimpleNamespace:
        """Answer after a while; no update finds its order."""
        assert not ordered
        found = 0 if isinstance(requests[0], UpdateOne) else len(requests)
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        for _ in range(5):
            await asyncio.sleep(0)
        self.waiting -= 1
        result: dict[str, list[Any]] = {"writeErrors": [], "writeConcernErrors": []}
        return SimpleNamespace(bulk_api_result=result, matched_count=found)


def update(order_id: str) -> OrderWrite:
    return list(islice(long_writes(order_id), 2))[1]


async def test_eight_updates_at_most_wait_for_an_answer_whatever_the_number_of_groups() -> None:
    """A replacement that follows an update counts as well."""
    driver = Driver()
    store = MongoStore(driver, "orders")
    groups = [[update(f"{group}-{nth}") for nth in range(7)] for group in range(3)]

    answers = await asyncio.gather(*map(store.write, groups))

    assert [set(each.values()) for each in answers] == [{Written.APPLIED}] * 3
    assert driver.most == 8 == UPDATES_AT_ONCE
