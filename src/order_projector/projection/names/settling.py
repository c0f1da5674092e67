"""Settle names: register claims, tell losers, tell owners. See docs/decisions/0020.

Every step is one command on many documents, each by its own compare-and-set. What a step follows
from is stored before it, so that an event that is seen again leads to whatever was left undone.
"""

import logging
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from order_projector.domain.source_ids import order_id_from
from order_projector.projection.announcements import Touch
from order_projector.projection.group_outcome import GroupOutcome, UnprocessableEvent
from order_projector.projection.names.documents import Change, Documents, Refusal, Result
from order_projector.projection.names.imports import News, told
from order_projector.projection.names.pending import PendingName
from order_projector.projection.names.records import (
    emptied,
    for_others,
    for_owner,
    registered,
    rejoined,
    set_apart,
)
from order_projector.projection.names.stored import UNOWNED, Import, NameRecord, NameStage
from order_projector.projection.rounds import Rounds
from order_projector.projection.session import Fold, InboundEvent

_log: Final = logging.getLogger(__name__)


def _announce_alone(_: Iterable[str]) -> None:
    """Do nothing: no check of announcements runs beside."""


@dataclass(frozen=True, slots=True)
class Names:
    """Settles what the rounds of a group leave: see `GroupOutcome.settling`.

    ``erased_stage`` is what becomes of a name whose owner is erased.
    """

    documents: Documents
    fold: Fold
    erased_stage: NameStage = NameStage.ERASED

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
        await self.tell(outcome, touch)
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
        results = await self.documents.change(changes, outcome, new)
        for name, result in results.items():
            claimed[name].know(result.state)
            claimed[name].is_registered |= result.wrote and _changes_hands(result)
            if result.refusal:
                _log.warning("cannot register a claim on %r: %s", name, result.refusal.message)

    async def tell(self, outcome: GroupOutcome, touch: Touch = _announce_alone) -> None:
        """Tell the orders what became of their source ids: those that lose one before its owner.

        So no event is served by two orders, not even between two writes.
        """
        pending = {name: each for name, each in outcome.settling.names.items() if _owned(each)}
        if not pending:
            return
        await self._rejoin(pending, outcome)
        touch([*pending, *_to_losers(pending), *_to_owners(pending)])
        with_losers = {name: each for name, each in pending.items() if each.concerns_losers}
        with_owner = {name: each for name, each in pending.items() if each.concerns_owner}
        await self._tell(_to_losers(pending), _to_losers(with_losers), outcome)
        results = await self._tell(_to_owners(pending), _to_owners(with_owner), outcome)
        await self._empty(pending, results, outcome)
        await self._refused(pending, results, outcome)
        for name, each in pending.items():
            if each.is_repeated:
                record = _record(each)
                for order_id in (name, record.owner_id, *record.others):
                    outcome.redelivered[order_id] = None

    async def _tell(
        self, news: Mapping[str, News], concerned: Container[str], outcome: GroupOutcome
    ) -> dict[str, Result]:
        """Tell orders the news.

        Those that another worker told may not be announced yet: if they are ``concerned`` by what
        this group stored, they are announced here as well. For the others whoever stored what the
        news follow from does so, or who sees that event again.
        """
        changes: dict[str, Change] = {
            order_id: partial(told, order_id, news=each, fold=self.fold)
            for order_id, each in news.items()
        }
        results = await self.documents.change(changes, outcome)
        for order_id, result in results.items():
            if not result.wrote and order_id in concerned and _may_have_news(result):
                outcome.redelivered[order_id] = None
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
            owner_id, traceparent = _record(each).owner_id, each.traceparent
            result = results.get(owner_id)
            if result and result.state and result.state.erased:
                changes[name] = partial(empty, name, owner_id=owner_id, traceparent=traceparent)
        await self.documents.change(changes, outcome)

    async def _refused(
        self,
        pending: Mapping[str, PendingName],
        results: Mapping[str, Result],
        outcome: GroupOutcome,
    ) -> None:
        """Answer for owners that cannot take in what belongs to them.

        If it is the claim that would join them, or another attempt at that, the name stays an
        order. Otherwise the events that came by the source id alone are dead letters.
        """
        apart: dict[str, PendingName] = {}
        for name, each in pending.items():
            owner_id = _record(each).owner_id
            refusal = results[owner_id].refusal if owner_id in results else None
            if refusal is None:
                continue
            if (each.claims or each.was_apart) and each.state and each.state.revision > 0:
                apart[name] = each
            else:
                outcome.unprocessable.extend(_unprocessable(each, owner_id, refusal))
        changes: dict[str, Change] = {
            name: partial(set_apart, name, owner_id=_record(each).owner_id, fold=self.fold)
            for name, each in apart.items()
        }
        for name, result in (await self.documents.change(changes, outcome)).items():
            apart[name].know(result.state)
        news = _to_owners(apart)
        await self._tell(news, news, outcome)

    async def _rejoin(self, pending: Mapping[str, PendingName], outcome: GroupOutcome) -> None:
        """Try again to join names that their owners could not take in."""
        apart = {
            name: each
            for name, each in pending.items()
            if _record(each).stage is NameStage.NOT_JOINED
        }
        for name, each in apart.items():
            for owner_id, news in _joined(each).items():
                attempt = partial(told, owner_id, news=news, fold=self.fold)
                if await self.documents.would_store(owner_id, attempt):
                    change = partial(
                        rejoined, name, owner_id=owner_id, traceparent=each.traceparent
                    )
                    result = (await self.documents.change({name: change}, outcome))[name]
                    each.know(result.state)
                    each.is_registered |= result.wrote
                    each.was_apart |= result.wrote


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


def _may_have_news(result: Result) -> bool:
    """Whether an order exists that news can change: nothing is served of an erased one."""
    return result.state is not None and not result.state.erased


def _record(each: PendingName) -> NameRecord:
    return (each.state.name if each.state else None) or UNOWNED


def _owned(each: PendingName) -> bool:
    return _record(each).owner is not None


def _to_losers(pending: Mapping[str, PendingName]) -> dict[str, News]:
    """Return what those are told that claimed a source id or owned it, and do not own it."""
    news = _Told()
    for each in pending.values():
        record = _record(each)
        for order_id in dict.fromkeys((*record.others, *each.claims)):
            if order_id != record.owner_id and each.state is not None:
                news.add(order_id, each, for_others(each.state))
    return news.by_order


def _to_owners(pending: Mapping[str, PendingName]) -> dict[str, News]:
    """Return what owners are told: nothing where nothing ever came by their source id."""
    news = _Told()
    for each in pending.values():
        record, state = _record(each), each.state
        if state is None or record.stage in {NameStage.ERASED, NameStage.RETAINED}:
            continue
        if state.facts or record.others or each.is_erased:
            news.add(record.owner_id, each, for_owner(state))
    return news.by_order


@dataclass(frozen=True, slots=True)
class _Told:
    """News by order, of which one may own or lose several source ids."""

    by_order: dict[str, News] = field(default_factory=dict)

    def add(self, order_id: str, each: PendingName, one: Import) -> None:
        source_id = _record(each).source_id
        if source_id is not None:
            known = self.by_order.get(order_id, News(traceparent=each.traceparent))
            imports = {**known.imports, source_id: one}
            self.by_order[order_id] = replace(known, imports=imports)


def _joined(each: PendingName) -> dict[str, News]:
    """Return what the owner of a name would be told once the name is joined with it."""
    record, state = _record(each), each.state
    if state is None:
        return {}
    name = replace(record, stage=NameStage.MERGED)
    after = replace(state, counter=state.counter + 1, name=name)
    news = _Told()
    news.add(record.owner_id, each, for_owner(after))
    return news.by_order


def _unprocessable(
    each: PendingName, owner_id: str, refusal: Refusal
) -> Iterable[UnprocessableEvent]:
    message = f"its owner {owner_id!r} cannot take it in: {refusal.message}"
    for event in each.events:
        yield UnprocessableEvent(event, refusal.code, message, refusal.unusable)
