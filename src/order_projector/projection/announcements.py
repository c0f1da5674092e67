"""Announcements: publish each stored order, then check the store until nothing newer is found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.ports import Announcement, Announcer, OrderStore
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.rounds import GroupOutcome

ORDERS_AT_A_TIME: Final = 128
"""Orders whose stored state is in memory at once while they are followed up."""


@dataclass(frozen=True, slots=True)
class Announcements:
    """Announces orders and checks that no announcement was out of date.

    ``unseen`` are the orders whose announcement was begun and not yet checked against the store.
    """

    store: OrderStore
    announcer: Announcer
    metrics: ProjectionMetrics
    retry_policy: RetryPolicy
    unseen: dict[str, None] = field(default_factory=dict)

    async def announce(self, outcome: GroupOutcome) -> None:
        """Announce written orders, then redelivered ones, then those with a newer revision by now.

        Revisions of one order are published one after the other. Two workers that change the same
        order may still publish two revisions out of order; comparing with the store afterwards
        ensures that the last announcement is of the last revision.
        """
        announced: dict[str, int] = {}
        for wave in _waves(outcome.written):
            announced |= await self._publish(wave)
        redelivered = [order_id for order_id in outcome.redelivered if order_id not in announced]
        await self._look_again(announced | await self._publish_stored(redelivered))

    async def follow_up(self) -> None:
        """Announce again, as stored, the orders that a cancelled call has left unchecked."""
        while self.unseen:
            some = list(islice(self.unseen, ORDERS_AT_A_TIME))
            await self._look_again(await self._publish_stored(some))
            for order_id in some:
                self.unseen.pop(order_id, None)

    async def _look_again(self, announced: Mapping[str, int]) -> None:
        while announced:
            stored = await self._revisions(announced)
            moved = [order_id for order_id in stored if stored[order_id] > announced[order_id]]
            for order_id in announced.keys() - set(moved):
                self.unseen.pop(order_id, None)
            announced = await self._publish_stored(moved)

    async def _revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        with timed(self.metrics, "look"):
            return await self.retry_policy.until_available(
                "database", lambda: self.store.revisions(order_ids)
            )

    async def _publish_stored(self, order_ids: Collection[str]) -> dict[str, int]:
        if not order_ids:
            return {}
        with timed(self.metrics, "look"):
            stored = await self.retry_policy.until_available(
                "database", lambda: self.store.stored(order_ids)
            )
        return await self._publish(stored)

    async def _publish(self, orders: Sequence[Announcement]) -> dict[str, int]:
        self.unseen.update(dict.fromkeys(stored.order_id for stored in orders))
        with timed(self.metrics, "announce"):
            await self.retry_policy.until_available(
                "broker", lambda: self.announcer.announce(orders)
            )
        return {stored.order_id: stored.revision for stored in orders}


def _waves(written: Mapping[str, Sequence[Announcement]]) -> list[list[Announcement]]:
    """Return the first revision of every order, then the second where there is one, and so on."""
    depth = max(map(len, written.values()), default=0)
    return [
        [revisions[level] for revisions in written.values() if level < len(revisions)]
        for level in range(depth)
    ]
