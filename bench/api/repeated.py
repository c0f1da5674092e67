"""`python -m bench.api.repeated ROWS`: the API as if this many copies of an order were stored.

The local database needs more than 24 GiB of memory to sort the ids of a million orders. So the
sorted ids are generated here, and each batch of documents is read as usual, but from the few that
are stored.
"""

import sys
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from unittest.mock import patch

from order_projector.adapters.mongo import indexes
from order_projector.adapters.mongo.reading import BATCH, MongoReader
from order_projector.cli.serve import serve

STORED = 1_000
"""Number of stored copies; more than one batch, so that no batch has one of them twice."""

Document = dict[str, Any]

_read = MongoReader._documents


def copy_id(number: int) -> str:
    """Return the id of a copy."""
    return f"copy_{number:07}"


class Ids:
    """A cursor over the ids of this many copies."""

    def __init__(self, rows: int) -> None:
        """Start at the first id."""
        self._left = iter(range(rows))

    async def to_list(self, most: int) -> list[Document]:
        """Return the next ids."""
        return [{"_id": copy_id(number)} for number in islice(self._left, most)]

    async def close(self) -> None:
        """Do nothing."""


async def documents(
    reader: MongoReader, names: Sequence[str], query: Mapping[str, Any]
) -> dict[str, Document]:
    """Read as many stored documents, and return them under the requested names."""
    stored = {copy_id(int(name.removeprefix("copy_")) % STORED): name for name in names}
    found = await _read(reader, list(stored), query)
    return {
        stored[each]: {**document, "_id": stored[each], "id": stored[each]}
        for each, document in found.items()
    }


def main(rows: int) -> None:
    """Serve the API with the generated ids."""

    async def sorted_ids(_reader: MongoReader, _sort: object) -> tuple[Ids, list[Document]]:
        ids = Ids(rows)
        return ids, await ids.to_list(BATCH)

    with (
        patch.object(indexes, "INDEXES", ()),
        patch.object(MongoReader, "_sorted", sorted_ids),
        patch.object(MongoReader, "_documents", documents),
    ):
        serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
