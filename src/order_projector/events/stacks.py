"""Lists of a stack's children, wherever an event gives them."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator

from order_projector.domain.facts import Event, Stack
from order_projector.events.fields import Id, Listed, Shape, beyond_bound
from order_projector.events.places import Place, path

MOST_CHILDREN = 500
"""Children in all the lists of one event together."""


def _list_or_nothing(value: Any) -> Any:
    return value if isinstance(value, list) else None


def _object_or_nothing(value: Any) -> Any:
    return value if isinstance(value, dict) else None


Children = Annotated[Listed[Id] | None, BeforeValidator(_list_or_nothing)]
"""The ids of a stack's children; what is not a list says nothing."""


class StackEntry(Shape):
    """An entry of an order's ``redemptions``: only its children are read."""

    stacked: Children = None


StackEntries = Annotated[
    dict[Id, Annotated[StackEntry | None, BeforeValidator(_object_or_nothing)]] | None,
    BeforeValidator(_object_or_nothing),
]
"""An order's ``redemptions``, by redemption id; what is not an object says nothing."""

StackList = tuple[Place, list[str] | None]
"""The place of a list in the event's data, and its children."""


def lists_in(place: Place, entries: StackEntries) -> Iterator[StackList]:
    """The lists of an order's ``redemptions``; `place` is the order's."""
    for name, entry in (entries or {}).items():
        if entry is not None:
            yield (*place, "redemptions", name, "stacked"), entry.stacked


def few_children(lists: Iterable[StackList]) -> None:
    """Raise where the lists hold more than `MOST_CHILDREN` together, naming the one too many."""
    count = 0
    for place, children in lists:
        count += len(children or ())
        if count > MOST_CHILDREN:
            raise beyond_bound(f"{path(place)}: more than {MOST_CHILDREN} children of stacks")


def listed_stack(parent: str, children: list[str] | None, event: Event) -> Stack | None:
    """The stack that a list makes of a parent; None where nothing is listed."""
    if not children:
        return None
    return Stack(id=parent, event=event, children=tuple(dict.fromkeys(children)))
