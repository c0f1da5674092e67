"""Lists of a stack's children, wherever an event gives them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from order_projector.domain.facts import EventStamp, Stack
from order_projector.domain.limits import MOST_ENTRIES
from order_projector.events.fields import ID_SCHEMA, Id, Listed, members
from order_projector.events.json_schema import NULL, JsonSchema, instead
from order_projector.events.outcome import Code
from order_projector.events.places import Fault, Place
from order_projector.events.text import fault_of_id


def _children(value: Any) -> Any:
    return value if isinstance(value, list) else None


_ONE_LIST: Final[JsonSchema] = {
    "items": {"anyOf": [ID_SCHEMA, NULL]},
    "maxItems": MOST_ENTRIES,
}

Children = Annotated[Listed[Id] | None, BeforeValidator(_children), instead(_ONE_LIST)]
"""The ids of a stack's children; a value other than a list is ignored."""


@dataclass(frozen=True, slots=True)
class StackEntry:
    """A stack in an order's ``redemptions``: its children, and its promotion stack, if any."""

    children: list[str]
    promotion_stack: str | None


def _lists(value: Any) -> dict[str, StackEntry] | None:
    """Return the stacks that an order's ``redemptions`` lists, by the parent's id."""
    if not isinstance(value, dict):
        return None
    lists: dict[str, StackEntry] = {}
    count = 0
    for name, entry in value.items():
        if fault := fault_of_id(name):
            raise Fault((name,), fault)
        listed = entry.get("stacked") if isinstance(entry, dict) else None
        if listed and isinstance(listed, list):
            children = members(listed)
            count += len(children)
            if count > MOST_ENTRIES:
                raise Fault((name, "stacked"), TOO_MANY, Code.ORDER_TOO_LARGE)
            _check(children, (name, "stacked"))
            lists[name] = StackEntry(children, _promotion_stack(entry))
    return lists


def _promotion_stack(entry: Mapping[str, Any]) -> str | None:
    """Return the promotion stack that an entry names as its object; any other value is ignored."""
    name = entry.get("related_object_id")
    if entry.get("related_object_type") != "promotion_stack" or not isinstance(name, str):
        return None
    return None if fault_of_id(name) else name


def _check(children: list[Any], place: Place) -> None:
    for number, name in enumerate(children):
        fault = fault_of_id(name) if isinstance(name, str) else "should be a text"
        if fault:
            raise Fault((*place, number), fault)


TOO_MANY = f"more than {MOST_ENTRIES} children in the lists of stacks of one event"

StackLists = Annotated[
    dict[str, StackEntry] | None,
    BeforeValidator(_lists, json_schema_input_type=Any),
    instead(
        {
            "propertyNames": ID_SCHEMA,
            "additionalProperties": {"properties": {"stacked": _ONE_LIST}},
        }
    ),
]
"""The lists in an order's ``redemptions``; a value other than an object is ignored."""

StackList = tuple[Place, list[Any] | None]
"""The place of a list in the event's data, and its children."""


def _counted(value: Any) -> None:
    if not isinstance(value, dict):
        return
    entries = ((name, entry) for name, entry in value.items() if isinstance(entry, dict))
    few_children(((name, "stacked"), members(_children(it.get("stacked")))) for name, it in entries)


CountedLists = Annotated[
    None,
    BeforeValidator(_counted, json_schema_input_type=Any),
    instead({"additionalProperties": {"properties": {"stacked": {"maxItems": MOST_ENTRIES}}}}),
]
"""The lists in the ``redemptions`` of an order that is not read: they are counted, and no more."""


def lists_in(place: Place, entries: Mapping[str, StackEntry]) -> Iterator[StackList]:
    """Yield the lists of an order's ``redemptions``; `place` is the order's."""
    for name, entry in entries.items():
        yield (*place, "redemptions", name, "stacked"), entry.children


def few_children(lists: Iterable[StackList]) -> None:
    """Raise Fault, at the list that exceeds it, if the lists hold more than `MOST_ENTRIES` ids."""
    count = 0
    for place, children in lists:
        count += len(children or ())
        if count > MOST_ENTRIES:
            raise Fault(place, TOO_MANY, Code.ORDER_TOO_LARGE)


def listed_stack(
    parent: str, children: list[str] | None, event: EventStamp, promotion_stack: str | None = None
) -> Stack | None:
    """Return the stack of a parent with these children; None if there are none."""
    if not children:
        return None
    return Stack(
        id=parent,
        event=event,
        children=tuple(dict.fromkeys(children)),
        promotion_stack=promotion_stack,
    )
