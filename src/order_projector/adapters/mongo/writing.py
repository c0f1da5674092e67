"""The compare-and-set of many orders, as commands to the server."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from bson import encode
from bson.raw_bson import RawBSONDocument
from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from order_projector.adapters.mongo.answers import Answer, availability, refused_writes
from order_projector.projection.document import STATE_KEY, compose, state_update
from order_projector.projection.partial_update import partial_update, rests_on
from order_projector.projection.ports import KEPT_ORDER, OrderWrite, Written

COUNTER: Final = f"{STATE_KEY}.counter"

UPDATES_AT_ONCE: Final = 8
"""Updates of a process that wait for an answer: each takes a connection, and more are no faster."""

_Request = InsertOne[RawBSONDocument] | ReplaceOne[RawBSONDocument] | UpdateOne


class ObserveSize(Protocol):
    """Takes the bytes of a document that is about to be written. Neither waits nor fails."""

    def __call__(self, size: int, /) -> None: ...


def ignore_size(size: int, /) -> None:
    """Observe nothing."""
    del size


async def send(
    orders: Any, writes: Sequence[OrderWrite], observe: ObserveSize, updating: asyncio.Semaphore
) -> Answer:
    """Send new orders, known ones and updates concurrently: one bulk would send them in turn.

    ``updating`` lets some updates through at a time. Waits for all answers, whatever the first one
    is. Raises as `availability` and `refused_writes`.
    """
    updates = {write.order_id: partial_update(write) for write in writes}
    whole = [write for write in writes if updates[write.order_id] is None]
    new = [write for write in whole if write.expected is None]
    known = [write for write in whole if write.expected is not None]
    sending = [_send_alike(orders, alike, observe) for alike in (new, known) if alike]
    sending += [
        _send_update(orders, write, update, observe, updating)
        for write in writes
        if (update := updates[write.order_id]) is not None
    ]
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


async def _send_update(
    orders: Any,
    write: OrderWrite,
    update: Mapping[str, Any],
    observe: ObserveSize,
    updating: asyncio.Semaphore,
) -> Answer:
    """Send one update; replace the document instead if the update has no effect.

    Then the order is in another state, was removed, or has been changed by hand. In a command of
    its own, because the server only counts the updates that find no order.
    """
    found = _expected(write) | ({} if write.base is None else rests_on(write.base))
    async with updating:
        with availability():
            try:
                result = await orders.bulk_write([UpdateOne(found, update)], ordered=False)
            except BulkWriteError as error:
                refused_writes(error.details, [write])  # raises what is not an order's fault
                return await _send_alike(orders, [write], observe)
        if result.matched_count == 0:
            return await _send_alike(orders, [write], observe)
        return refused_writes(result.bulk_api_result, [write])


def _expected(write: OrderWrite) -> dict[str, Any]:
    return {"_id": write.order_id, COUNTER: write.expected}


async def try_insert(orders: Any, write: OrderWrite, updating: asyncio.Semaphore) -> bool:
    """Return whether an insert of the document is refused only because the order is there.

    If the order was removed meanwhile, what was inserted is deleted again, unless another worker
    has changed it.
    """
    anew = replace(write, expected=None, base=None)
    answer = await send(orders, [anew], ignore_size, updating)
    if not (answer.refused or answer.doubtful):
        inserted = {"_id": write.order_id, COUNTER: write.state.counter}
        with availability():
            await orders.delete_one(inserted | rests_on(write.state))
    return answer.refused.get(write.order_id) is Written.CONFLICT


def _request(write: OrderWrite, observe: ObserveSize) -> _Request:
    """Return the request for one compare-and-set.

    If the order is in another state, the replacement becomes an insert of an existing id: the
    server rejects it as a duplicate key and names each write that missed. Without ``upsert`` it
    would only count them, and a later query could not find out reliably which writes were applied.
    """
    if write.order is KEPT_ORDER:
        return UpdateOne(_expected(write), state_update(write), upsert=True)
    encoded = RawBSONDocument(
        encode(compose(write))
    )  # here, and not by the driver: its size is known
    observe(len(encoded.raw))
    if write.expected is None:
        return InsertOne(encoded)
    return ReplaceOne(_expected(write), encoded, upsert=True)
