"""Plausible defects in each step of settling names, each ready to be planted.

They are the protocols that decision 0020 rejects, as small changes to the implemented one.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from order_projector.projection import decisions, session, unserved
from order_projector.projection.announcements import Announcements
from order_projector.projection.batch import Projector
from order_projector.projection.decisions import Changed, Decision, InboundEvent, Unchanged
from order_projector.projection.group_outcome import GroupOutcome
from order_projector.projection.names import news, settling
from order_projector.projection.names.arrivals import NOTHING, ToSettle
from order_projector.projection.names.imports import News, with_news
from order_projector.projection.names.pending import PendingName, Settling
from order_projector.projection.names.settling import Names
from order_projector.projection.names.stored import Import, Standing
from order_projector.projection.ports import (
    Announcement,
    OrderWrite,
    ProjectionState,
    Unusable,
)
from order_projector.projection.rounds import Rounds
from order_projector.projection.session import Fold

Planted = AbstractContextManager[object]
Stored = ProjectionState | Unusable | None


def merged_with_own() -> Planted:
    """Store what came by a source id with the order's own facts, where the later copy wins."""

    def mixed(order_id: str, stored: Stored, news: News, fold: Fold) -> Decision:
        decision = with_news(order_id, stored, news, fold)
        if not isinstance(decision, Changed):
            return decision
        state = decision.write.state
        facts = dict(state.facts)
        for one in state.imports.values():
            facts |= {name: fact for name, fact in one.facts.items() if name in facts}
        write = replace(decision.write, state=replace(state, facts=facts))
        return replace(decision, write=write)

    return patch.object(settling, "with_news", mixed)


def without_versions() -> Planted:
    """Let an order accept the news that arrives last, regardless of its version."""

    def believing(order_id: str, stored: Stored, news: News, fold: Fold) -> Decision:
        if not isinstance(stored, ProjectionState):
            return with_news(order_id, stored, news, fold)
        imports = {
            source_id: replace(one, version=_after(stored.imports.get(source_id), one))
            for source_id, one in news.imports.items()
        }
        return with_news(order_id, stored, replace(news, imports=imports), fold)

    return patch.object(settling, "with_news", believing)


def _after(known: Import | None, one: Import) -> int:
    differs = known is None or (known.standing, known.facts) != (one.standing, one.facts)
    return (0 if known is None else known.version) + differs


@contextmanager
def known_is_done() -> Iterator[None]:
    """Settle nothing for a redelivered event whose fact is known."""
    original = decisions.settling

    def forgetful(
        before: ProjectionState,
        after: ProjectionState,
        events: Sequence[InboundEvent],
        seen: Sequence[session.Seen],
    ) -> ToSettle:
        if after is before:
            return NOTHING
        return original(before, after, events, seen)

    with ExitStack() as planted:
        for module in (session, unserved):
            planted.enter_context(patch.object(module, "settling", forgetful))
        yield


def address_announced_alone() -> Planted:
    """Announce only the document that a redelivered event names."""
    add = Settling.add

    def alone(
        names: Settling, order_id: str, to_settle: ToSettle, events: Sequence[InboundEvent]
    ) -> None:
        add(names, order_id, replace(to_settle, is_repeated=False), events)

    return patch.object(Settling, "add", alone)


def others_forgotten() -> Planted:
    """Forget the previous owners of a source id once every order has been told."""
    tell = Names.inform

    async def forgetful(names: Names, outcome: GroupOutcome, *more: Any) -> None:
        await tell(names, outcome, *more)
        changes = {
            name: _without_others(name)
            for name, each in outcome.settling.names.items()
            if each.state and each.state.name and each.state.name.others
        }
        await names.documents.change(changes, outcome.due)

    return patch.object(Names, "inform", forgetful)


def _without_others(name_id: str) -> Callable[[Stored], Decision]:
    def change(stored: Stored) -> Decision:
        if not isinstance(stored, ProjectionState) or stored.name is None:
            return Unchanged(())
        order = {"merged_into": stored.name.owner_id}
        name = replace(stored.name, others=())
        state = replace(stored, counter=stored.counter + 1, name=name)
        return Changed((), OrderWrite(name_id, stored.counter, order, state), announces=False)

    return change


def owner_told_first() -> Planted:
    """Tell the owner before the orders that lose what came by the source id."""
    losers, owners = news.to_losers, news.to_owners
    return patch.multiple(settling, to_losers=owners, to_owners=losers)


def losers_not_told() -> Planted:
    """Tell only those orders of their loss that this worker has seen claim the source id."""
    original = news.to_losers

    def few(pending: Mapping[str, PendingName]) -> dict[str, News]:
        claimants = {order_id for each in pending.values() for order_id in each.claims}
        return {name: news for name, news in original(pending).items() if name in claimants}

    return patch.object(settling, "to_losers", few)


def loss_forgotten() -> Planted:
    """Let an order forget a source id that it loses, without keeping a tombstone."""

    def forgetful(order_id: str, stored: Stored, news: News, fold: Fold) -> Decision:
        decision = with_news(order_id, stored, news, fold)
        if not isinstance(decision, Changed):
            return decision
        state = decision.write.state
        imports = {
            name: one for name, one in state.imports.items() if one.standing is not Standing.TAKEN
        }
        write = replace(decision.write, state=replace(state, imports=imports))
        return replace(decision, write=write)

    return patch.object(settling, "with_news", forgetful)


def empty_name_not_told() -> Planted:
    """Tell an owner nothing if no event came by the source id, even if it had lost it before."""
    original = news.to_owners

    def few(pending: Mapping[str, PendingName]) -> dict[str, News]:
        return original({name: it for name, it in pending.items() if it.state and it.state.facts})

    return patch.object(settling, "to_owners", few)


_addresses: ContextVar[frozenset[str]] = ContextVar("addresses", default=frozenset())


@contextmanager
def second_look_at_addresses() -> Iterator[None]:
    """Limit the second look to the documents that events name; skip those that were told."""
    write_group, send = Names.write_group, Announcements._send

    async def noted(
        names: Names, rounds: Rounds, events: Mapping[str, Sequence[InboundEvent]], *more: Any
    ) -> GroupOutcome:
        _addresses.set(frozenset(events))
        return await write_group(names, rounds, events, *more)

    async def few(announcements: Announcements, orders: Sequence[Announcement]) -> None:
        await send(announcements, orders)
        for one in orders:
            if one.order_id not in _addresses.get():
                announcements._unchecked.pop(one.order_id, None)

    with (
        patch.object(Names, "write_group", noted),
        patch.object(Announcements, "_send", few),
    ):
        yield


_announcing: ContextVar[Announcements] = ContextVar("announcing")


@contextmanager
def settled_after_the_commit() -> Iterator[None]:
    """Settle names concurrently with the next batch, when offsets may already be committed."""
    process, tasks = Projector._process_group, set[asyncio.Task[None]]()

    async def noted(projector: Projector, *args: Any) -> None:
        _announcing.set(projector._announcements)
        await process(projector, *args)

    async def later(names: Names, outcome: GroupOutcome) -> None:
        await asyncio.sleep(0.01)
        await names.register(outcome)
        await names.inform(outcome)
        await _announcing.get().announce(outcome)

    async def hasty(
        names: Names, rounds: Rounds, events: Mapping[str, Sequence[InboundEvent]], *_: Any
    ) -> GroupOutcome:
        outcome = await rounds.write_group(events)
        if outcome.settling.names:
            task = asyncio.create_task(later(names, GroupOutcome(settling=outcome.settling)))
            tasks.add(task)
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return outcome

    with (
        patch.object(Projector, "_process_group", noted),
        patch.object(Names, "write_group", hasty),
    ):
        yield


DEFECTS: Mapping[Callable[[], Planted], int] = {
    merged_with_own: 400,
    without_versions: 400,
    known_is_done: 100,
    address_announced_alone: 400,
    owner_told_first: 400,
    losers_not_told: 400,
    loss_forgotten: 400,
    empty_name_not_told: 400,
    second_look_at_addresses: 400,
    settled_after_the_commit: 100,
}
"""Each defect, with the number of seeds in the names mode within which it must be found."""
