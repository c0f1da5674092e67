"""Owners that cannot take in what belongs to them: nothing is lost, and nothing is served twice.

Whether a name goes into its owner is decided in the owner's document alone: it takes in what came
by the name, or says that it could not. The worker that reads the name's document
next makes it follow that.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from order_projector.domain.facts import identity
from order_projector.projection.group_outcome import Due, GroupOutcome, UnprocessableEvent
from order_projector.projection.names.documents import Documents, Refusal, Result
from order_projector.projection.names.imports import contested, declined, standing_of, with_news
from order_projector.projection.names.news import once_joined, record_of, to_owner
from order_projector.projection.names.pending import PendingName
from order_projector.projection.names.records import rejoined, set_apart
from order_projector.projection.names.stored import NameStage, Standing
from order_projector.projection.session import Fold


@dataclass(frozen=True, slots=True)
class Refusals:
    """Keeps names apart from owners that cannot take them in, and tries again to join them."""

    documents: Documents
    fold: Fold

    async def rejoin(self, pending: Mapping[str, PendingName], outcome: GroupOutcome) -> None:
        """Try again to join names that their owners could not take in.

        A name stays the order that it is, unless its owner would be stored with it.
        """
        for name, each in pending.items():
            if each.state is None or record_of(each).stage is not NameStage.NOT_JOINED:
                continue
            owner_id, news = record_of(each).owner_id, once_joined(each, each.state)
            attempt = partial(with_news, owner_id, news=news, fold=self.fold)
            if await self.documents.would_store(owner_id, attempt):
                change = partial(rejoined, name, owner_id=owner_id, traceparent=each.traceparent)
                result = (await self.documents.change({name: change}, outcome.due))[name]
                each.know(result.state)
                each.is_registered |= result.wrote

    def released(
        self,
        pending: Mapping[str, PendingName],
        results: Mapping[str, Result],
        outcome: GroupOutcome,
    ) -> dict[str, PendingName]:
        """Return the names that every order which lost them has let go of.

        By the others, nothing is given to their owners: two orders would serve it.
        """
        released = dict(pending)
        for name, each in pending.items():
            for order_id in (*record_of(each).others, *each.claims):
                result = results.get(order_id)
                if result is not None and result.refusal and _serves(each, result):
                    events = _unprocessable(each, order_id, result.refusal, "let it go")
                    outcome.unprocessable.extend(events)
                    del released[name]
                    break
        return released

    async def answer(
        self,
        pending: Mapping[str, PendingName],
        results: Mapping[str, Result],
        outcome: GroupOutcome,
    ) -> None:
        """Answer for owners that could not take in their news, one name at a time."""
        owner_ids = {name: record_of(each).owner_id for name, each in pending.items()}
        refused = {
            name: results[owner_id]
            for name, owner_id in owner_ids.items()
            if owner_id in results and _is_refused(pending[name], results[owner_id])
        }
        owners = Counter(owner_ids[name] for name in refused)
        for name, result in refused.items():
            each, is_one_of_many = pending[name], owners[owner_ids[name]] > 1
            alone = await self._inform(each, outcome.gained) if is_one_of_many else result
            await self._answer(name, each, alone, outcome)

    async def _answer(
        self, name: str, each: PendingName, result: Result, outcome: GroupOutcome
    ) -> None:
        """Repeat until the owner has taken in what came by the name, or surely does not."""
        owner_id = record_of(each).owner_id
        while record_of(each).owner_id == owner_id and _is_refused(each, result):
            if not _stays_apart(each, result):
                await self._contest(each, outcome.due)
                outcome.unprocessable.extend(
                    _unprocessable(each, owner_id, result.refusal, "take it in")
                )
                return
            standing = _standing(each, await self._decline(each, outcome.due))
            if standing is Standing.TAKEN:
                return
            if standing is not Standing.OWNED:
                apart = await self._set_apart(name, each, outcome)
                if apart.refusal is not None:  # no order can take in what came now
                    outcome.unprocessable.extend(
                        _unprocessable(each, name, apart.refusal, "be an order of its own")
                    )
                    return
                if record_of(each).is_order:
                    return
            result = await self._inform(each, outcome.gained)

    async def _inform(self, each: PendingName, due: Due) -> Result:
        """Inform the owner of a name of what its document says, and announce the owner again."""
        owner_id = record_of(each).owner_id
        if each.state is None:
            return Result(None)
        change = partial(with_news, owner_id, news=to_owner(each, each.state), fold=self.fold)
        due.redelivered[owner_id] = None
        return (await self.documents.change({owner_id: change}, due))[owner_id]

    async def _decline(self, each: PendingName, due: Due) -> Result:
        """Let the owner say that it could not take in what came by a name, unless it did before.

        From then on no other worker can give it as much or less of that.
        """
        owner_id = record_of(each).owner_id
        if each.state is None:
            return Result(None)
        change = partial(declined, owner_id, news=to_owner(each, each.state), fold=self.fold)
        return (await self.documents.change({owner_id: change}, due))[owner_id]

    async def _contest(self, each: PendingName, due: Due) -> None:
        """Let the owner know that another order claims its source id, too, if that is new to it.

        The owner may know only that it had lost the source id to that order.
        """
        source_id, owner_id = record_of(each).source_id, record_of(each).owner_id
        if each.state is not None and source_id is not None and record_of(each).is_contested:
            change = partial(
                contested,
                owner_id,
                source_id=source_id,
                version=each.state.counter,
                fold=self.fold,
            )
            await self.documents.change({owner_id: change}, due)

    async def _set_apart(self, name: str, each: PendingName, outcome: GroupOutcome) -> Result:
        """Make an order of a name that its owner has declined, unless it has moved on since."""
        if each.state is None:
            return Result(None)
        change = partial(
            set_apart,
            name,
            owner_id=record_of(each).owner_id,
            version=each.state.counter,
            fold=self.fold,
            traceparent=each.traceparent,
        )
        result = (await self.documents.change({name: change}, outcome.gained))[name]
        each.know(result.state)
        if result.wrote:
            outcome.due.retract_merged(name)
        elif record_of(each).is_order:
            outcome.gained.redelivered[name] = None
        return result


def _standing(each: PendingName, result: Result) -> Standing | None:
    """Return what an owner knows of its claim on a name; None if it has no news of it."""
    source_id = record_of(each).source_id
    if result.state is None or source_id is None:
        return None
    return standing_of(result.state, source_id)


def _serves(each: PendingName, result: Result) -> bool:
    """Whether an order serves what came by the name, as far as its news go."""
    source_id = record_of(each).source_id
    known = result.state.imports.get(source_id or "") if result.state else None
    return known is not None and bool(known.facts)


def _is_refused(each: PendingName, result: Result) -> bool:
    """Whether the owner has not taken in what belongs to it, now or in a call before."""
    if record_of(each).stage is not NameStage.MERGED:
        return False
    if result.state is not None and result.state.erased:
        return False
    return result.refusal is not None or _standing(each, result) is Standing.NOT_JOINED


def _stays_apart(each: PendingName, result: Result) -> bool:
    """Whether the name is an order of its own, since its owner has never taken anything in by it.

    Otherwise the events are dead letters: those of an order that no claim has to join. What another
    owner served before an earlier claim must be served by some order, too.
    """
    record, state = record_of(each), each.state
    if state is None:
        return False
    is_claimed = record.owner_id in each.claims
    if result.state is None:
        return is_claimed and state.revision > 0
    match _standing(each, result):
        case Standing.OWNED:
            return False
        case Standing.NOT_JOINED:
            return True
        case _:
            arrived = {identity(fact) for event in each.events for fact in event.facts}
            was_served = bool(record.others) and not state.facts.keys() <= arrived
            return state.revision > 0 or (is_claimed and was_served)


def _unprocessable(
    each: PendingName, order_id: str, refusal: Refusal | None, what: str
) -> Iterable[UnprocessableEvent]:
    if refusal is None:
        return
    message = f"order {order_id!r} cannot {what}: {refusal.message}"
    for event in each.events:
        yield UnprocessableEvent(event, refusal.code, message, refusal.unusable)
