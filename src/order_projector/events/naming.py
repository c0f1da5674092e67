"""The names by which an event names its order: one id at most, and one source id at most."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from order_projector.domain.names import is_derived
from order_projector.domain.source_ids import order_id_from
from order_projector.events.places import Fault, Place


class NamingObject(NamedTuple):
    """The names that one object of the event's data gives, and the place of its source id."""

    id: str | None
    source_id: str | None
    place: Place


class Named(NamedTuple):
    """The order that an event names.

    ``order_id`` is its id or, if the event names it by its source id alone, the derived one.
    ``source_id`` is the source id, None if there is none, or if only a derived id stands for it.
    """

    order_id: str
    source_id: str | None = None

    @property
    def is_by_both(self) -> bool:
        """Whether the event names the order by an id of its own and by a source id."""
        return self.source_id is not None and not is_derived(self.order_id)


def named(objects: Sequence[NamingObject]) -> Named | None:
    """Return the order that these objects name, the decisive ones first; None if they name none.

    The first id counts, and the first source id that does not come with another id. An empty
    source id is as absent if an id is given; if it would have to name the order, raises Fault.
    """
    order_id = None
    for each in objects:
        if each.id is not None:
            order_id = each.id
            break
    candidates = [
        each
        for each in objects
        if each.source_id is not None and (each.id is None or each.id == order_id)
    ]
    if order_id is None:
        return _by_source_id(candidates[0]) if candidates else None
    return Named(order_id, _source_id_of(order_id, candidates) if candidates else None)


def _source_id_of(order_id: str, candidates: Iterable[NamingObject]) -> str | None:
    source_ids = (each.source_id for each in candidates if each.source_id)
    if is_derived(order_id):
        source_ids = (each for each in source_ids if order_id_from(each) == order_id)
    return next(source_ids, None)


def _by_source_id(given: NamingObject) -> Named:
    if not given.source_id:
        raise Fault(given.place, "should not be empty where it names the order")
    return Named(order_id_from(given.source_id), given.source_id)
