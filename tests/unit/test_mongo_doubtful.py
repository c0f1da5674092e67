"""A write that is rejected with an unknown code: is it the order's fault or the database's?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import bson
import pytest
from bson.raw_bson import RawBSONDocument
from pymongo.errors import AutoReconnect, BulkWriteError, OperationFailure

from order_projector.adapters.mongo import MongoStore
from order_projector.projection.ports import (
    OrderWrite,
    ProjectionState,
    Unavailable,
    Unusable,
    UnusableReason,
    Written,
)

UNKNOWN = 16755
STATE = ProjectionState(1, 1, {}, {}, (), (), (), {})
OWN = Unusable(
    UnusableReason.REFUSED, f"the database refuses its document with error code {UNKNOWN}"
)


@dataclass(slots=True)
class Driver:
    """A driver whose server answers as a test defines.

    ``codes`` are, command by command, the codes with which it rejects orders; ``probes`` are the
    outcomes of other writes, an error or None. ``commands`` lists the orders of each command, and
    ``probe`` for another write, in order of arrival. ``stored`` are the stored orders' counters.
    """

    codes: list[Mapping[str, int]]
    probes: list[Exception | None] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)
    stored: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __getitem__(self, _name: str) -> "Driver":
        return self

    def with_options(self, **_: object) -> "Driver":
        """Return this driver."""
        return self

    async def bulk_write(self, requests: Sequence[Any], *, ordered: bool) -> SimpleNamespace:
        """Reject the orders for which this command has a code."""
        assert not ordered
        names = [request._doc["_id"] for request in requests]
        self.commands.append(names)
        refused = self.codes.pop(0)
        errors = [
            {"index": index, "code": refused[name], "errmsg": "ada@example.com"}
            for index, name in enumerate(names)
            if name in refused
        ]
        result = {"writeErrors": errors, "writeConcernErrors": []}
        if errors:
            raise BulkWriteError(result)
        return SimpleNamespace(bulk_api_result=result)

    def find(self, conditions: Any, _fields: object, *, batch_size: int) -> "Driver":
        """Select the orders with these ids."""
        assert batch_size
        self.asked = conditions["_id"]["$in"]
        return self

    async def to_list(self, _length: None) -> list[RawBSONDocument]:
        """Return the stored documents of the selected orders, with their counters."""
        return [
            RawBSONDocument(bson.encode({"_id": name, "_projection": {"counter": counter}}))
            for name, counter in self.stored.items()
            if name in self.asked
        ]

    async def update_one(self, *_: object, upsert: bool) -> None:
        """Accept another write, or raise the next error."""
        assert upsert
        self.commands.append(["probe"])
        if (error := self.probes.pop(0)) is not None:
            raise error


def written(*order_ids: str) -> list[OrderWrite]:
    return [OrderWrite(order_id, None, {"id": order_id}, STATE) for order_id in order_ids]


async def test_it_is_the_orders_own_when_it_is_refused_again_alone_after_another_write() -> None:
    driver = Driver([{"b": UNKNOWN}, {"b": UNKNOWN}], [None])

    results = await MongoStore(driver, "orders").write(written("a", "b", "c"))

    assert results == {"a": Written.APPLIED, "b": OWN, "c": Written.APPLIED}
    assert driver.commands == [["a", "b", "c"], ["probe"], ["b"]]


async def test_an_order_that_is_alone_in_its_command_is_judged_in_the_same_way() -> None:
    driver = Driver([{"a": UNKNOWN}, {"a": UNKNOWN}], [None])

    assert await MongoStore(driver, "orders").write(written("a")) == {"a": OWN}


async def test_it_is_not_the_orders_own_when_the_order_is_taken_alone() -> None:
    driver = Driver([{"b": UNKNOWN}, {}], [None])

    results = await MongoStore(driver, "orders").write(written("a", "b"))

    assert results == {"a": Written.APPLIED, "b": Written.APPLIED}


async def test_an_order_that_somebody_else_has_changed_meanwhile_is_in_conflict() -> None:
    driver = Driver([{"a": UNKNOWN}, {"a": 11000}], [None])

    assert await MongoStore(driver, "orders").write(written("a")) == {"a": Written.CONFLICT}


@pytest.mark.parametrize("code", [UNKNOWN, 121])
async def test_a_refused_order_that_is_not_in_the_expected_state_any_more_is_in_conflict(
    code: int,
) -> None:
    driver = Driver([{"a": code}, {"a": code}], [None], stored={"a": 7})

    assert await MongoStore(driver, "orders").write(written("a")) == {"a": Written.CONFLICT}


async def test_each_of_several_refused_orders_is_tried_alone() -> None:
    driver = Driver([{"a": UNKNOWN, "b": 2}, {"a": UNKNOWN}, {}], [None])

    results = await MongoStore(driver, "orders").write(written("a", "b"))

    assert results == {"a": OWN, "b": Written.APPLIED}
    assert driver.commands == [["a", "b"], ["probe"], ["a"], ["b"]]


@pytest.mark.parametrize(
    "error",
    [AutoReconnect("gone"), OperationFailure("?", 189), OperationFailure("?", UNKNOWN)],
    ids=["away", "stepping down", "unknown"],
)
async def test_nobody_is_judged_by_a_database_that_takes_no_other_write_either(
    error: Exception,
) -> None:
    driver = Driver([{"b": UNKNOWN}], [error])

    with pytest.raises(Unavailable):
        await MongoStore(driver, "orders").write(written("a", "b"))
    assert driver.commands == [["a", "b"], ["probe"]]


async def test_nobody_is_judged_when_the_database_goes_away_in_between() -> None:
    driver = Driver([{"b": UNKNOWN}, {"b": 189}], [None])

    with pytest.raises(Unavailable, match="PrimarySteppedDown"):
        await MongoStore(driver, "orders").write(written("a", "b"))


@pytest.mark.parametrize("code", [121, 10334, 11000])
async def test_a_code_that_tells_is_not_asked_again(code: int) -> None:
    driver = Driver([{"b": code}])

    await MongoStore(driver, "orders").write(written("a", "b"))

    assert driver.commands == [["a", "b"]]
