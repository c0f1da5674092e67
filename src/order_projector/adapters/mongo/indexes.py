"""The indexes of the collection `orders`: which of them are missing, and making those."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pymongo import ASCENDING, IndexModel
from pymongo.errors import OperationFailure

from order_projector.adapters.mongo.answers import availability
from order_projector.projection.ports import AccessDenied
from order_projector.settings import variable

INDEXES: Final = (
    IndexModel("source_id", partialFilterExpression={"source_id": {"$type": "string"}}),
    IndexModel([("created_at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("updated_at", ASCENDING), ("_id", ASCENDING)]),
)

_SCANNING_SERVER: Final = "secantus"
_CAS_INDEX: Final = IndexModel([("_id", ASCENDING), ("_projection.counter", ASCENDING)])
"""MongoDB finds an order by its id and needs no more; the local stack's server reads the whole
collection for every write unless one index covers all of the filter."""

_UNAUTHORIZED: Final = 13
_OTHER_INDEX: Final = frozenset({
    85,  # IndexOptionsConflict
    86,  # IndexKeySpecsConflict
})  # fmt: skip
_WRONG_NAME: Final = frozenset({
    73,  # InvalidNamespace
    13297,  # DatabaseDifferCase
})  # fmt: skip
_OF_EVERY_INDEX: Final = frozenset({"v", "ns", "background", "name", "key"})


@dataclass(frozen=True, slots=True)
class Missing:
    """The indexes to make.

    ``certain`` says whether they are known to be missing; a login that may not list the indexes
    finds that out by making them.
    """

    indexes: tuple[IndexModel, ...]
    certain: bool = True

    @property
    def names(self) -> str:
        """Their names, for people."""
        return ", ".join(index.document["name"] for index in self.indexes)


class Indexes:
    """The indexes of one collection.

    Every method raises `Unavailable` when the database cannot answer, and `AccessDenied` where it
    refuses the name of the database, or the login.
    """

    def __init__(self, database: Any, collection: str) -> None:
        """Use a database of either driver."""
        self._database: Final = database
        self._orders: Final = database[collection]

    async def missing(self) -> Missing:
        """Those that have to be made.

        Raises `AccessDenied` where one of them is there with other options.
        """
        with availability(), _naming_the_database():
            hello = await self._database.command("hello")
            scans = hello.get("setName") == _SCANNING_SERVER
            wanted = (*INDEXES, *([_CAS_INDEX] if scans else []))
            try:
                there = await self._orders.index_information()
            except OperationFailure as error:
                if error.code != _UNAUTHORIZED:
                    raise
                return Missing(wanted, certain=False)
        for index in wanted:
            if (found := there.get(index.document["name"])) is not None and _differs(index, found):
                raise _other_index(index.document["name"])
        return Missing(tuple(each for each in wanted if each.document["name"] not in there))

    async def make(self, indexes: Sequence[IndexModel]) -> None:
        """Make indexes; those that are there already stay as they are.

        One that is being made already is waited for, until the client's patience with a silent
        connection ends: that is `Unavailable`, though the server goes on making it. Raises
        `AccessDenied` where an index is there under another name.
        """
        if not indexes:
            return
        with availability(), _naming_the_database():
            try:
                await self._orders.create_indexes(list(indexes))
            except OperationFailure as error:
                if error.code not in _OTHER_INDEX:
                    raise
                raise _other_index(_named(indexes, error)) from None


def _differs(index: IndexModel, found: Mapping[str, Any]) -> bool:
    wanted = index.document
    if list(map(tuple, found["key"])) != list(wanted["key"].items()):
        return True
    names = (wanted.keys() | found.keys()) - _OF_EVERY_INDEX
    return any(wanted.get(name) != found.get(name) for name in names)


def _named(indexes: Sequence[IndexModel], error: OperationFailure) -> str:
    """Return the name of the index that the error names, or all names."""
    message = str(error)
    names = [index.document["name"] for index in indexes]
    return next((name for name in names if name in message), ", ".join(names))


def _other_index(name: str) -> AccessDenied:
    database = variable("mongodb_database")
    return AccessDenied(
        f"{database}: the collection orders has an index in the place of {name} that is another "
        "one: drop that, and the worker makes its own"
    )


@contextmanager
def _naming_the_database() -> Iterator[None]:
    try:
        yield
    except OperationFailure as error:
        if error.code not in _WRONG_NAME:
            raise
        name = variable("mongodb_database")
        raise AccessDenied(f"{name}: the database refuses this name: choose another") from None
