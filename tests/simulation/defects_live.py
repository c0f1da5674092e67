"""Mistakes in going on from the last fold of an order instead of folding all of its facts."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from order_projector.adapters.mongo import writing
from order_projector.adapters.mongo.answers import Answer, availability, refused_writes
from order_projector.adapters.mongo.writing import ObserveSize
from order_projector.domain.facts import Stack
from order_projector.projection import live_fold
from order_projector.projection.long_orders import name_digest
from order_projector.projection.ports import OrderWrite

Planted = AbstractContextManager[object]


def folded_on_though_late() -> Planted:
    """Fold a late event on as if it came after all others."""
    return patch.object(live_fold, "place_of", lambda _: None)


def folded_on_after_a_void() -> Planted:
    """Fold a void on as if nothing had been folded of what it withdraws."""
    return patch.object(live_fold, "Void", Stack)


def folded_on_though_joined() -> Planted:
    """Fold a child on though its stack has been folded without it."""
    return patch.object(live_fold, "sought_by", lambda _: ())


def folded_on_though_covered() -> Planted:
    """Fold on what the checkpoint of a long order covers as if it were new."""
    return patch.object(name_digest, "may_hold", lambda *_: False)


def updated_though_gone_on() -> Planted:
    """Take an update that found no order in the expected state for applied."""

    async def send_update(
        orders: Any, write: OrderWrite, update: Mapping[str, Any], _: ObserveSize
    ) -> Answer:
        with availability():
            found = {"_id": write.order_id, writing.COUNTER: write.expected}
            try:
                await orders.bulk_write([UpdateOne(found, update)], ordered=False)
            except BulkWriteError as error:
                return refused_writes(error.details, [write])
        return Answer()

    return patch.object(writing, "_send_update", send_update)


DEFECTS_LIVE: Mapping[Callable[[], Planted], int] = {
    folded_on_though_late: 20,
    folded_on_after_a_void: 20,
    folded_on_though_joined: 800,
    folded_on_though_covered: 200,
    updated_though_gone_on: 200,
}
"""Each with the number of seeds within which the simulation must find it."""
