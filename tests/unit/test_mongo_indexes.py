"""Missing indexes are created, and do not delay a worker that can do without them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from pymongo import IndexModel
from pymongo.errors import NetworkTimeout, OperationFailure

from order_projector.adapters.mongo.indexes import INDEXES, Indexes, Missing
from order_projector.adapters.mongo.preparation import Preparation
from order_projector.projection.ports import AccessDenied, Unavailable
from order_projector.projection.worker_state import WorkerState
from tests.unit.world import Unhurried

NAMES = [
    "object_1_created_at_1__id_1",
    "object_1_updated_at_1__id_1",
    "object_1_status_1_created_at_1__id_1",
    "object_1_status_1_updated_at_1__id_1",
    "source_id_1",
    "customer_id_1",
    "_projection.redemptions_1",
    "_projection.payments_1",
    "_projection.flags.code_1",
    "_projection.refold_1",
    "_projection.written_at_1__id_1",
]
BY_SOURCE_ID = 4


def information(index: IndexModel) -> dict[str, Any]:
    """Return the driver's description of an existing index."""
    document = dict(index.document)
    return {"v": 2, **document, "key": list(document["key"].items())}


@dataclass
class Database:
    """A collection with indexes, whose login may lack rights."""

    there: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: list[list[str]] = field(default_factory=list)
    hello: Mapping[str, Any] = field(default_factory=dict)
    listing: list[Exception] = field(default_factory=list)
    making: list[Exception] = field(default_factory=list)

    def __getitem__(self, name: str) -> "Database":
        assert name == "orders"
        return self

    async def command(self, name: str) -> Mapping[str, Any]:
        assert name == "hello"
        return self.hello

    async def index_information(self) -> Mapping[str, Any]:
        if self.listing:
            raise self.listing[0]
        return self.there

    async def create_indexes(self, indexes: Sequence[IndexModel]) -> None:
        self.made.append([index.document["name"] for index in indexes])
        if self.making:
            raise self.making.pop(0)
        self.there |= {index.document["name"]: information(index) for index in indexes}


async def nothing() -> None:
    """Succeed, as a probe."""


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def worker_state() -> WorkerState:
    return WorkerState()


def preparation(database: Database, worker_state: WorkerState, within: float = 5.0) -> Preparation:
    return Preparation(Indexes(database, "orders"), nothing, worker_state, Unhurried(), within)


UNAUTHORIZED = OperationFailure("not authorized", 13, {"errmsg": "not authorized"})


async def test_all_of_an_empty_collection_are_made(
    database: Database, worker_state: WorkerState
) -> None:
    await preparation(database, worker_state).begin()

    assert database.made == [NAMES]
    assert worker_state.warnings == {}


async def test_those_that_are_there_need_no_right_to_make_them(
    database: Database, worker_state: WorkerState
) -> None:
    database.there = {index.document["name"]: information(index) for index in INDEXES}
    database.making = [UNAUTHORIZED]

    await preparation(database, worker_state).begin()

    assert database.made == []


async def test_only_those_that_are_missing_are_made(
    database: Database, worker_state: WorkerState
) -> None:
    database.there = {NAMES[0]: information(INDEXES[0])}

    await preparation(database, worker_state).begin()

    assert database.made == [NAMES[1:]]


async def test_a_login_that_may_not_look_at_indexes_makes_them(
    database: Database, worker_state: WorkerState
) -> None:
    database.listing = [UNAUTHORIZED]

    await preparation(database, worker_state).begin()

    assert database.made == [NAMES]


async def test_a_login_that_may_neither_look_nor_make_goes_on_with_a_warning(
    database: Database, worker_state: WorkerState
) -> None:
    database.listing, database.making = [UNAUTHORIZED], [UNAUTHORIZED]

    await preparation(database, worker_state).begin()

    assert worker_state.warnings["indexes"].startswith(f"not known to exist: {', '.join(NAMES)}: ")


async def test_a_login_that_may_not_make_what_is_missing_is_refused(
    database: Database, worker_state: WorkerState
) -> None:
    database.making = [UNAUTHORIZED]

    with pytest.raises(AccessDenied, match=r"^ORDERS_MONGODB_URI: the login lacks a privilege: "):
        await preparation(database, worker_state).begin()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"unique": True}, id="another option"),
        pytest.param({"partialFilterExpression": {"source_id": 1}}, id="another filter"),
        pytest.param({"key": [("source_id", -1)]}, id="the other way round"),
        pytest.param({"key": [("source_id", "hashed")]}, id="another kind"),
        pytest.param({"key": [("id", 1)]}, id="another field"),
    ],
)
async def test_another_index_of_the_same_name_is_refused_before_anything_is_made(
    change: dict[str, Any], database: Database, worker_state: WorkerState
) -> None:
    name, index = NAMES[BY_SOURCE_ID], INDEXES[BY_SOURCE_ID]
    database.there = {name: information(index) | change}

    with pytest.raises(
        AccessDenied, match=r"^ORDERS_MONGODB_DATABASE: .* conflicts with source_id_1: drop it"
    ):
        await preparation(database, worker_state).begin()

    assert database.made == []


@pytest.mark.parametrize("code", [85, 86])
async def test_the_same_index_of_another_name_is_refused_and_named(
    code: int, database: Database, worker_state: WorkerState
) -> None:
    error = "Index already exists with a different name: customer_id_1"
    database.making = [OperationFailure(error, code)]

    with pytest.raises(
        AccessDenied, match=r"^ORDERS_MONGODB_DATABASE: .* conflicts with customer_id_1: "
    ):
        await preparation(database, worker_state).begin()


@pytest.mark.parametrize("code", [73, 13297])
async def test_a_name_that_the_database_refuses_is_told_with_its_variable(
    code: int, database: Database, worker_state: WorkerState
) -> None:
    database.listing = [OperationFailure("Invalid namespace", code)]

    with pytest.raises(
        AccessDenied, match=r"^ORDERS_MONGODB_DATABASE: the database rejects this name"
    ):
        await preparation(database, worker_state).begin()


async def test_a_database_that_is_away_is_unavailable(
    database: Database, worker_state: WorkerState
) -> None:
    database.listing = [NetworkTimeout("no answer")]

    with pytest.raises(Unavailable):
        await preparation(database, worker_state).begin()


@dataclass
class Slow:
    """Indexes that take longer to create than a worker waits."""

    steps: list[Exception | None]
    calls: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def missing(self) -> Missing:
        return Missing(INDEXES)

    async def make(self, indexes: Sequence[IndexModel]) -> None:
        assert tuple(indexes) == INDEXES
        self.calls += 1
        await self.go_on.wait()
        if (step := self.steps.pop(0)) is not None:
            raise step


async def test_indexes_that_take_long_are_made_beside_and_warned_of_until_they_are_there(
    worker_state: WorkerState,
) -> None:
    slow = Slow([Unavailable("no answer on the connection"), None])
    prepared = Preparation(slow, nothing, worker_state, Unhurried(), built_within=0.0)

    await prepared.begin()
    assert worker_state.warnings["indexes"].startswith(f"being built: {', '.join(NAMES)}")

    slow.go_on.set()
    assert prepared._making is not None
    await prepared._making
    assert slow.calls == 2
    assert worker_state.warnings == {}


async def test_indexes_that_are_refused_after_a_while_are_warned_of_and_stop_nobody(
    worker_state: WorkerState,
) -> None:
    slow = Slow([AccessDenied("in the way")])
    prepared = Preparation(slow, nothing, worker_state, Unhurried(), built_within=0.0)
    await prepared.begin()

    slow.go_on.set()
    assert prepared._making is not None
    await prepared._making

    assert worker_state.warnings["indexes"] == f"not built: {', '.join(NAMES)}: in the way"


async def test_a_worker_that_stops_leaves_the_indexes_to_the_database(
    worker_state: WorkerState,
) -> None:
    slow = Slow([None])
    prepared = Preparation(slow, nothing, worker_state, Unhurried(), built_within=0.0)
    await prepared.begin()

    await prepared.stop()

    assert prepared._making is not None
    assert prepared._making.cancelled()


async def test_a_login_that_may_not_write_is_refused_though_all_indexes_are_there(
    database: Database,
) -> None:
    database.there = {index.document["name"]: information(index) for index in INDEXES}

    async def probe() -> None:
        raise AccessDenied("the login lacks a privilege")

    with pytest.raises(AccessDenied, match="lacks a privilege"):
        await Preparation(Indexes(database, "orders"), probe, WorkerState(), Unhurried()).begin()
