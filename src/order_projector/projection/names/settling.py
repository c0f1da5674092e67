"""Settle names: register claims, inform losers, then owners. See docs/decisions/0020.

Every step is one command on many documents, each by its own compare-and-set. What a step follows
from is stored before it, so that an event that is seen again leads to whatever was left undone.
"""

import logging
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from order_projector.domain.source_ids import order_id_from
from order_projector.projection.announcements import Touch
from order_projector.projection.group_outcome import Due, GroupOutcome
from order_projector.projection.names.documents import Change, Documents, Result
from order_projector.projection.names.imports import News, with_news
from order_projector.projection.names.news import record_of, to_losers, to_owners
from order_projector.projection.names.pending import PendingName
from order_projector.projection.names.records import emptied, registered
from order_projector.projection.names.refusals import Refusals
from order_projector.projection.names.stored import NameStage
from order_projector.projection.rounds import Rounds
from order_projector.projection.session import Fold, InboundEvent

_log: Final = logging.getLogger(__name__)


def _announce_alone(_: Iterable[str]) -> None:
    """Do nothing: no check of announcements runs concurrently."""


@dataclass(frozen=True, slots=True)
class Names:
    """Settles what the rounds of a group leave: see `GroupOutcome.settling`.

    ``erased_stage`` is what becomes of a name whose owner is erased.
    """

    documents: Documents
    fold: Fold
    erased_stage: NameStage = NameStage.ERASED

    @property
    def refusals(self) -> Refusals:
        """What is done for owners that cannot take in what belongs to them."""
        return Refusals(self.documents, self.fold)

    async def write_group(
        self,
        rounds: Rounds,
        events_by_order: Mapping[str, Sequence[InboundEvent]],
        touch: Touch = _announce_alone,
    ) -> GroupOutcome:
        """Apply the events to the documents that they name, and settle what follows for others.

        Events by a source id that the same group claims come after the claim, so that they never
        make an order of their own.
        """
        claimed = _claimed_names(events_by_order)
        later = {name: each for name, each in events_by_order.items() if name in claimed}
        first = {name: each for name, each in events_by_order.items() if name not in claimed}
        outcome = await rounds.write_group(first)
        await self.register(outcome, touch)
        if later:
            await rounds.write_group(later, outcome)
        await self.inform(outcome, touch)
        return outcome

    async def register(self, outcome: GroupOutcome, touch: Touch = _announce_alone) -> None:
        """Register the group's claims with their source ids: the smallest of all owns one."""
        claimed = {name: each for name, each in outcome.settling.names.items() if each.claims}
        if not claimed:
            return
        changes: dict[str, Change] = {
            name: partial(
                registered,
                name,
                source_id=each.source_id or "",
                claimants=each.claimants(),
                fold=self.fold,
                traceparent=each.traceparent,
            )
            for name, each in claimed.items()
        }
        new = frozenset(
            name for name, each in claimed.items() if not each.is_repeated and each.state is None
        )
        touch(changes)
        results = await self.documents.change(changes, outcome.due, new)
        for name, result in results.items():
            claimed[name].know(result.state)
            claimed[name].is_registered |= result.wrote and _changes_hands(result)
            if result.refusal:
                _log.warning("cannot register a claim on %r: %s", name, result.refusal.message)

    async def inform(self, outcome: GroupOutcome, touch: Touch = _announce_alone) -> None:
        """Inform orders of what became of their source ids: those that lose one before its owner.

        So no event is served by two orders, not even between two writes.
        """
        pending = {name: each for name, each in outcome.settling.names.items() if _owned(each)}
        if not pending:
            return
        await self.refusals.rejoin(pending, outcome)
        touch([*pending, *to_losers(pending), *to_owners(pending)])
        with_losers = {name: each for name, each in pending.items() if each.concerns_losers}
        results = await self._inform(to_losers(pending), to_losers(with_losers), outcome.due)
        free = self.refusals.released(pending, results, outcome)
        with_owner = {name: each for name, each in free.items() if each.concerns_owner}
        gained = outcome.gained if _is_lost(pending, results, outcome.due) else outcome.due
        results = await self._inform(to_owners(free), to_owners(with_owner), gained)
        await self._empty(free, results, outcome)
        await self.refusals.answer(free, results, outcome)
        for name, each in pending.items():
            if each.is_repeated:
                record = record_of(each)
                outcome.due.repeat((name, *record.others))
                outcome.gained.repeat((record.owner_id,))

    async def _inform(
        self, news: Mapping[str, News], concerned: Container[str], due: Due
    ) -> dict[str, Result]:
        """Inform orders of the news.

        Another worker may have informed them, but not announced them yet: those that are
        ``concerned`` by what this group stored are announced here as well. The others are announced
        by the worker that stored what the news follow from, or that sees its event again.
        """
        changes: dict[str, Change] = {
            order_id: partial(with_news, order_id, news=each, fold=self.fold)
            for order_id, each in news.items()
        }
        results = await self.documents.change(changes, due)
        for order_id, result in results.items():
            if not result.wrote and order_id in concerned and _may_have_news(result):
                due.redelivered[order_id] = None
        return results

    async def _empty(
        self,
        pending: Mapping[str, PendingName],
        results: Mapping[str, Result],
        outcome: GroupOutcome,
    ) -> None:
        """Take what came by the source ids of erased orders along."""
        changes: dict[str, Change] = {}
        empty = partial(emptied, stage=self.erased_stage)
        for name, each in pending.items():
            owner_id, traceparent = record_of(each).owner_id, each.traceparent
            result = results.get(owner_id)
            if result and result.state and result.state.erased:
                changes[name] = partial(empty, name, owner_id=owner_id, traceparent=traceparent)
        await self.documents.change(changes, outcome.due)


def _claimed_names(events_by_order: Mapping[str, Sequence[InboundEvent]]) -> set[str]:
    """Return the derived ids of the source ids that the events claim."""
    return {
        order_id_from(event.claim.source_id)
        for events in events_by_order.values()
        for event in events
        if event.claim is not None
    }


def _changes_hands(result: Result) -> bool:
    """Whether a registration may have changed anything for those that own the name or owned it.

    An earlier claim of the same owner does not.
    """
    was, now = (state.name if state else None for state in (result.before, result.state))
    if was is None or now is None:
        return True
    return (was.owner_id, was.others, was.is_contested) != (
        now.owner_id,
        now.others,
        now.is_contested,
    )


def _is_lost(pending: Mapping[str, PendingName], results: Mapping[str, Result], due: Due) -> bool:
    """Whether something is to be announced that owners may gain, and another order has lost."""
    if any(each.is_repeated for each in pending.values()):
        return True
    announced = due.written.keys() | due.redelivered.keys()
    lost = {
        order_id
        for order_id, result in results.items()
        if order_id in due.redelivered or (result.wrote and _turned(result))
    }
    return bool(lost) or not announced.isdisjoint(pending)


def _turned(result: Result) -> bool:
    """Whether a change may have been a new revision."""
    was, now = (state.revision if state else None for state in (result.before, result.state))
    return was is None or was != now


def _may_have_news(result: Result) -> bool:
    """Whether an order exists that news can change: nothing is served of an erased one."""
    return result.state is not None and not result.state.erased


def _owned(each: PendingName) -> bool:
    return record_of(each).owner is not None
