"""Announcements: publish each stored order, then check the store until nothing newer is found.

An announcement may be out of date when it arrives: another worker may have stored and announced a
newer revision since, or may, frozen until now, announce an older one. So each one is compared
with the store after it was acknowledged, and offsets are committed only after that comparison. It
overlaps the next batch.
"""

import asyncio
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from order_projector.projection.group_outcome import Due, GroupOutcome
from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.ports import Announcement, Announcer, OrderStore
from order_projector.projection.retry import RetryPolicy

ORDERS_AT_A_TIME: Final = 128
"""Orders whose stored state is in memory at once while they are announced as stored."""

REVISIONS_AT_A_TIME: Final = 1_000
"""Orders that one query compares with the store."""


Touch = Callable[[Iterable[str]], None]
"""Called with orders before this worker changes them."""


@dataclass(slots=True)
class Announcements:
    """Announces orders and checks that no announcement was out of date."""

    store: OrderStore
    announcer: Announcer
    metrics: ProjectionMetrics
    retry_policy: RetryPolicy
    _in_hand: dict[str, list[asyncio.Event]] = field(default_factory=dict)
    """The orders that this worker is changing or announcing now, each with the ends of that: one
    group of orders has its events, and others may have news of their names for it."""
    _unchecked: dict[str, int] = field(default_factory=dict)
    """The acknowledged revisions that no check has taken yet."""
    _given_up: dict[str, None] = field(default_factory=dict)
    """Orders of which a cancelled or failed call may have published something."""

    @contextmanager
    def changing(self, order_ids: Iterable[str]) -> Iterator[Touch]:
        """Expect newer revisions of these orders until `announce` has returned.

        More can be named until then: those that need news of their names.
        """
        done, held = asyncio.Event(), dict[str, None]()

        def touch(more: Iterable[str]) -> None:
            for name in more:
                if name not in held:
                    held[name] = None
                    self._in_hand.setdefault(name, []).append(done)

        touch(order_ids)
        try:
            yield touch
        finally:
            for name in held:
                self._in_hand[name].remove(done)
                if not self._in_hand[name]:
                    del self._in_hand[name]
            done.set()

    async def announce(self, outcome: GroupOutcome) -> None:
        """Announce written orders, then redelivered ones; return when all are acknowledged.

        Revisions of one order are published one after the other. What an order lost is acknowledged
        before another one is said to have gained it.
        """
        gained = {*outcome.gained.written, *outcome.gained.redelivered}
        written = {*outcome.due.written, *outcome.gained.written}
        await self._announce(outcome.due, written | gained)
        await self._announce(outcome.gained, written)

    async def _announce(self, due: Due, but: Container[str]) -> None:
        """Announce what is due; of the orders to announce as stored, all ``but`` these."""
        for wave in _waves(due.written):
            await self._send(wave)
        redelivered = [name for name in due.redelivered if name not in but]
        for some in _slices(redelivered, ORDERS_AT_A_TIME):
            await self._send(await self._stored(some))

    async def check(self) -> None:
        """Return once no announcement that was acknowledged before this call is out of date.

        Two workers that change the same order may publish two revisions out of order; comparing
        with the store afterwards ensures that the last announcement is of the last revision. What
        an abandoned call has begun is announced again first, as stored. Run one check at a time;
        `announce` may run at the same time.
        """
        given_up, self._given_up = self._given_up, {}
        unchecked, self._unchecked = self._unchecked, {}
        left = dict.fromkeys((*given_up, *unchecked))
        try:
            for some in _slices(given_up, ORDERS_AT_A_TIME):
                await self._repeat(some, left)
            for some in _slices(unchecked, REVISIONS_AT_A_TIME):
                await self._compare({name: unchecked[name] for name in some}, left)
        except BaseException:
            self._given_up |= left
            raise

    def unfinished(self) -> Collection[str]:
        """Return the orders of which something may be published that no check has taken."""
        return [*self._given_up, *self._unchecked]

    def repeat(self, order_ids: Iterable[str]) -> None:
        """Announce these orders, as stored, in the next check."""
        self._given_up |= dict.fromkeys(order_ids)

    async def _send(self, orders: Sequence[Announcement]) -> None:
        revisions = {stored.order_id: stored.revision for stored in orders}
        try:
            await self._publish(orders)
        except BaseException:
            self._given_up |= dict.fromkeys(revisions)
            raise
        self._unchecked |= revisions

    async def _compare(self, announced: Mapping[str, int], left: dict[str, None]) -> None:
        """Repeat the orders that have a newer revision now, unless this worker announces it.

        Only this first comparison may rely on that: these announcements were acknowledged before
        the newer one was sent, while what is repeated here may overtake it.
        """
        stored = await self._revisions(announced)
        newer = {name: it for name, it in stored.items() if it > announced[name]}
        for done in dict.fromkeys(end for name in newer for end in self._in_hand.get(name, ())):
            await done.wait()
        moved = [name for name, it in newer.items() if it > self._unchecked.get(name, 0)]
        _forget(announced, moved, left)
        for some in _slices(moved, ORDERS_AT_A_TIME):
            await self._repeat(some, left)

    async def _repeat(self, order_ids: Sequence[str], left: dict[str, None]) -> None:
        """Announce orders as stored until nothing newer is found."""
        while order_ids:
            orders = await self._stored(order_ids)
            await self._publish(orders)
            announced = {stored.order_id: stored.revision for stored in orders}
            stored = await self._revisions(announced)
            moved = [name for name, revision in stored.items() if revision > announced[name]]
            _forget(order_ids, moved, left)
            order_ids = moved

    async def _revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        if not order_ids:
            return {}
        with timed(self.metrics, "look"):
            return await self.retry_policy.until_available(
                "database", lambda: self.store.revisions(order_ids)
            )

    async def _stored(self, order_ids: Collection[str]) -> Sequence[Announcement]:
        with timed(self.metrics, "look"):
            return await self.retry_policy.until_available(
                "database", lambda: self.store.stored(order_ids)
            )

    async def _publish(self, orders: Sequence[Announcement]) -> None:
        if orders:
            with timed(self.metrics, "announce"):
                await self.retry_policy.until_available(
                    "broker", lambda: self.announcer.announce(orders)
                )


def _forget(checked: Iterable[str], moved: Collection[str], left: dict[str, None]) -> None:
    """Drop those from ``left`` that have not moved on."""
    for name in set(checked).difference(moved):
        left.pop(name, None)


def _slices(order_ids: Iterable[str], size: int) -> list[list[str]]:
    names = list(order_ids)
    return [names[start : start + size] for start in range(0, len(names), size)]


def _waves(written: Mapping[str, Sequence[Announcement]]) -> list[list[Announcement]]:
    """Return the first revision of every order, then the second where there is one, and so on."""
    depth = max(map(len, written.values()), default=0)
    return [
        [revisions[level] for revisions in written.values() if level < len(revisions)]
        for level in range(depth)
    ]
