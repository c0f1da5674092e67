"""A steady load of events that every release understands: one for each order in each round."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.events import event_at, to_json
from tests.support.kafka import Record, produce
from tests.support.topics import Topics

Json = dict[str, Any]

AT_ONCE: Final = 20
REST: Final = 0.2
"""Seconds between two batches of records."""


@dataclass(slots=True)
class SteadyLoad:
    """Events of orders: created, 3 % of 503.50 redeemed, then updated and paid in turns.

    They have no key, so that every worker sees events of every order.
    """

    topics: Topics
    orders: int
    rounds: int = 0
    """The number of rounds that have been sent."""
    _is_over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def order_ids(self) -> list[str]:
        """The ids of all orders."""
        return [f"ord_{number}" for number in range(self.orders)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send for the length of a ``with`` block, and complete the last round at its end."""
        self._is_over.clear()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._run())
            try:
                yield
            finally:
                self._is_over.set()

    async def round(self, kind: str | None = None) -> None:
        """Send one event of each order, of this kind if one is given."""
        ids = self.order_ids
        for begin in range(0, self.orders, AT_ONCE):
            events = [self._event(it, kind) for it in ids[begin : begin + AT_ONCE]]
            records = [Record(self.topics.redemptions, to_json(each)) for each in events]
            await produce(self.topics.servers.bootstrap_servers, records)
            await asyncio.sleep(REST)
        self.rounds += 1

    async def _run(self) -> None:
        while not self._is_over.is_set():
            await self.round()

    def _event(self, order_id: str, kind: str | None) -> Json:
        number = self.rounds
        name, minute, order = f"evt_{number}_{order_id}", number + 1, {"id": order_id}
        match number:
            case _ if kind is not None:
                return event_at(minute, kind, {"order": order}, name)
            case 0:
                item = {"product_id": "p", "quantity": 1, "price": 50350}
                return event_at(
                    minute, "order.created", {"order": {**order, "items": [item]}}, name
                )
            case 1:
                voucher = {"id": "v_1", "discount": {"type": "PERCENT", "percent_off": 3}}
                redemption = {"id": f"r_{order_id}"}
                redeemed: Json = {"order": order, "redemption": redemption, "voucher": voucher}
                return event_at(minute, "redemption.succeeded", redeemed, name)
            case _ if number % 2:
                payment = {"id": f"pay_{number}", "order_id": order_id, "amount": 100}
                return event_at(minute, "payment.succeeded", {"payment": payment}, name)
            case _:
                told = {"order": {**order, "metadata": {"round": number}}}
                return event_at(minute, "order.updated", told, name)
