"""A document that no query can leave out leaves a gap in a list, and does not hold it up."""

from typing import Any

import bson
from bson.raw_bson import RawBSONDocument

from order_projector.adapters.mongo.decoding import RAW
from order_projector.adapters.mongo.reading import MongoReader
from order_projector.projection.document import compose
from order_projector.projection.reading import PageRequest
from tests.contract.states import first


class Orders:
    """A collection whose every query finds the same documents, and that counts the queries."""

    def __init__(self, *documents: bytes) -> None:
        self.queries = 0
        self.database = {"segments": self}
        self._documents = [RawBSONDocument(document, RAW) for document in documents]

    def with_options(self, **_: Any) -> "Orders":
        return self

    def find(self, *_: Any, **__: Any) -> "Orders":
        return self

    async def to_list(self, _: Any) -> list[Any]:
        self.queries += 1
        return self._documents


async def test_a_document_whose_id_is_no_utf_8_is_read_again_once() -> None:
    """What was read of its id is not its id."""
    foreign = bson.encode({"_id": "id??", "object": "order"}).replace(b"id??", b"id\xff\xfe")
    order = bson.encode(compose(first("a", object="order")))
    orders = Orders(foreign, order)

    page = await MongoReader(orders, timeout=3.0).page(PageRequest(limit=2))

    assert [order.order_id for order in page.orders] == ["a"]
    assert (page.unreadable, orders.queries) == (1, 2)
