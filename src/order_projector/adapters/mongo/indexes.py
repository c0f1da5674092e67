"""Find and create the missing indexes of the collection `orders`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pymongo import ASCENDING, IndexModel
from pymongo.errors import OperationFailure

from order_projector.adapters.mongo.answers import availability
from order_projector.projection.document import PAYMENTS, REDEMPTIONS, STATE_KEY
from order_projector.projection.ports import AccessDenied
from order_projector.settings import variable


def _of_orders(*fields: str) -> IndexModel:
    """Return the index of a list of orders, whose last two fields are its sort.

    It begins with a field that all orders have with the same value, so that a count reads the
    index alone; erased and merged orders do not have it, and are not in the index.
    """
    keys = [(field, ASCENDING) for field in ("object", *fields, "_id")]
    return IndexModel(keys, partialFilterExpression={"object": "order"})


def _where_given(field: str) -> IndexModel:
    return IndexModel(field, partialFilterExpression={field: {"$exists": True}})


INDEXES: Final = (
    _of_orders("created_at"),
    _of_orders("updated_at"),
    _of_orders("status", "created_at"),
    _of_orders("status", "updated_at"),
    IndexModel("source_id", partialFilterExpression={"source_id": {"$type": "string"}}),
    IndexModel("customer_id", partialFilterExpression={"customer_id": {"$type": "string"}}),
    _where_given(f"{STATE_KEY}.{REDEMPTIONS}"),
    _where_given(f"{STATE_KEY}.{PAYMENTS}"),
    _where_given(f"{STATE_KEY}.flags.code"),
    _where_given(f"{STATE_KEY}.refold"),
    IndexModel([("_projection.written_at", ASCENDING), ("_id", ASCENDING)]),
)

_SCANNING_SERVER: Final = "secantus"
_CAS_INDEX: Final = IndexModel(
    [("_id", ASCENDING), ("_projection.counter", ASCENDING), ("_projection.seal", ASCENDING)]
)
"""For the local stack's server only: without an index on the entire filter, it scans the collection
for every write. MongoDB itself finds the order by its id."""

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
    """The indexes to create.

    ``certain`` is False if the login may not list the indexes: then they may exist already.
    """

    indexes: tuple[IndexModel, ...]
    certain: bool = True

    @property
    def names(self) -> str:
        """The names of the indexes, for people."""
        return ", ".join(index.document["name"] for index in self.indexes)


class Indexes:
    """The indexes of one collection.

    Every method raises `Unavailable` if the database cannot answer, and `AccessDenied` if it
    rejects the name of the database or the login.
    """

    def __init__(self, database: Any, collection: str) -> None:
        """Use a database of either driver."""
        self._database: Final = database
        self._orders: Final = database[collection]

    async def missing(self) -> Missing:
        """Return the indexes to create.

        Raises `AccessDenied` if one of them exists with other options.
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
        """Create indexes; existing ones are not changed.

        Waits for an index that is already being built until the client's socket timeout, and then
        raises `Unavailable`, although the server continues to build it. Raises `AccessDenied` if
        an index exists under another name.
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
    """Return the name of the index in the error's message, or all names."""
    message = str(error)
    names = [index.document["name"] for index in indexes]
    return next((name for name in names if name in message), ", ".join(names))


def _other_index(name: str) -> AccessDenied:
    database = variable("mongodb_database")
    return AccessDenied(
        f"{database}: the collection orders has an index that conflicts with {name}: drop it, and "
        "the worker creates its own"
    )


@contextmanager
def _naming_the_database() -> Iterator[None]:
    try:
        yield
    except OperationFailure as error:
        if error.code not in _WRONG_NAME:
            raise
        name = variable("mongodb_database")
        raise AccessDenied(f"{name}: the database rejects this name: choose another") from None
