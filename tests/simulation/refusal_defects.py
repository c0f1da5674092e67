"""Plausible defects in what is done for owners that refuse events, each ready to be planted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from unittest.mock import patch

from order_projector.projection.announcements import Announcements
from order_projector.projection.group_outcome import GroupOutcome, UnprocessableEvent
from order_projector.projection.names import news, refusals
from order_projector.projection.names.refusals import Refusals
from order_projector.projection.names.stored import Import, Standing
from order_projector.projection.ports import ProjectionState

Planted = AbstractContextManager[object]


def refused_and_forgotten() -> Planted:
    """Make no dead letter of an event that its owner has refused."""

    def nothing(*_: object) -> tuple[UnprocessableEvent, ...]:
        return ()

    return patch.object(refusals, "_unprocessable", nothing)


@contextmanager
def served_by_both() -> Iterator[None]:
    """Give an owner what came by a source id, and leave that in the order that it stayed."""

    def everything(state: ProjectionState) -> Import:
        is_contested = state.name is not None and state.name.is_contested
        return Import(state.counter, Standing.OWNED, is_contested, state.facts)

    with not_tried_again(), patch.object(news, "for_owner", everything):
        yield


def not_tried_again() -> Planted:
    """Never try again to join what an owner has refused once."""

    async def nothing(*_: object) -> None:
        pass

    return patch.object(Refusals, "rejoin", nothing)


def never_contested() -> Planted:
    """Do not tell an owner that refused an event that another order claims its source id, too."""

    async def nothing(*_: object) -> None:
        pass

    return patch.object(Refusals, "_contest", nothing)


def gain_announced_first() -> Planted:
    """Announce orders that gain events before those that lose them are said to."""
    announce = Announcements.announce

    async def hasty(announcements: Announcements, outcome: GroupOutcome) -> None:
        await announcements._announce(outcome.gained, ())
        await announce(announcements, outcome)

    return patch.object(Announcements, "announce", hasty)


DEFECTS: Mapping[Callable[[], Planted], int] = {
    refused_and_forgotten: 100,
    served_by_both: 400,
    not_tried_again: 400,
    never_contested: 400,
    gain_announced_first: 400,
}
"""Each defect, with the number of seeds in the mode of refusals within which it must be found."""
