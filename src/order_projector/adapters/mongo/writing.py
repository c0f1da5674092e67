"""The compare-and-set of many orders, as commands to the server."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from bson import encode
from bson.raw_bson import RawBSONDocument
from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from order_projector.adapters.mongo.answers import Answer, availability, refused_writes
from order_projector.projection.document import STATE_KEY, compose, state_update
from order_projector.projection.ports import KEPT_ORDER, OrderWrite

COUNTER: Final = f"{STATE_KEY}.counter"

_Request = InsertOne[RawBSONDocument] | ReplaceOne[RawBSONDocument] | UpdateOne


class ObserveSize(Protocol):
    """Takes the bytes of a document that is about to be written. Neither waits nor fails."""

    def __call__(self, size: int, /) -> None: ...


def ignore_size(size: int, /) -> None:
    """Observe nothing."""
    del size


async def send(orders: Any, writes: Sequence[OrderWrite], observe: ObserveSize) -> Answer:
    """Send new orders and known ones at once: in one bulk, the driver sends them in sequence.

    Waits for both answers, whatever the first one is. Raises as `availability` and
    `refused_writes`.
    """
    new = [write for write in writes if write.expected is None]
    known = [write for write in writes if write.expected is not None]
    sending = [_send_alike(orders, alike, observe) for alike in (new, known) if alike]
    together = Answer()
    for answer in await asyncio.gather(*sending, return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer
        together.refused.update(answer.refused)
        together.doubtful.update(answer.doubtful)
    return together


async def _send_alike(orders: Any, writes: Sequence[OrderWrite], observe: ObserveSize) -> Answer:
    with availability():
        requests = [_request(write, observe) for write in writes]
        try:
            result = await orders.bulk_write(requests, ordered=False)
        except BulkWriteError as error:
            answered: Mapping[str, Any] = error.details
        else:
            answered = result.bulk_api_result
    return refused_writes(answered, writes)


def _request(write: OrderWrite, observe: ObserveSize) -> _Request:
    """Return the request for one compare-and-set.

    If the order is in another state, the replacement becomes an insert of an existing id: the
    server rejects it as a duplicate key and names each write that missed. Without ``upsert`` it
    would only count them, and a later query could not tell reliably which writes were applied.
    """
    expected = {"_id": write.order_id, COUNTER: write.expected}
    if write.order is KEPT_ORDER:
        return UpdateOne(expected, state_update(write), upsert=True)
    encoded = RawBSONDocument(
        encode(compose(write))
    )  # here, and not by the driver: its size is known
    observe(len(encoded.raw))
    if write.expected is None:
        return InsertOne(encoded)
    return ReplaceOne(expected, encoded, upsert=True)
