"""Filters of an export: conditions on fields, read strictly and evaluated here.

No text of a filter ever reaches the database.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from order_projector.api.errors import ApiError, invalid_payload
from order_projector.api.exporting.fields import FILTERED, METADATA, Kind, is_of_metadata
from order_projector.api.query import time_of
from order_projector.domain.clock import parse_time
from order_projector.events.text import LONE_SURROGATE, is_unicode

Matches = Callable[[Any], bool]
"""Whether a value, None if there is none, meets a condition."""
ValueOf = Callable[[str], Any]

_EQUAL: Final = ("$is", "$in", "$is_not", "$not_in")
_TEXTUAL: Final = ("$contains", "$not_contain", "$starts_with", "$ends_with")
_ORDERED: Final = ("$more_than", "$less_than", "$more_than_equal", "$less_than_equal")
_TEMPORAL: Final = ("$after", "$before")
_PRESENCE: Final = ("$has_value", "$is_unknown")
OPERATORS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.TEXT: (*_EQUAL, *_TEXTUAL, *_PRESENCE),
    Kind.TIME: (*_EQUAL, *_ORDERED, *_TEMPORAL, *_PRESENCE),
    Kind.NUMBER: (*_EQUAL, *_ORDERED, *_PRESENCE),
    Kind.FREE: (*_EQUAL, *_TEXTUAL, *_ORDERED, *_PRESENCE),
}
_NEGATIVE: Final = frozenset({"$is_not", "$not_in", "$not_contain"})
_PLACE: Final = "Property .parameters.filters"


def filter_of(
    filters: Any, fields: Mapping[str, Kind] = FILTERED, *, metadata: str | None = METADATA
) -> Callable[[ValueOf], bool]:
    """Return whether a row, given by its values, is meant. Raises `ApiError`."""
    if filters is None or filters == []:
        return lambda _: True
    if not isinstance(filters, dict):
        raise invalid_payload(f"{_PLACE} must be an object")
    joined = _junction(filters.get("junction"))
    conditions = [
        (name, matches)
        for name, given in filters.items()
        if name != "junction" and given is not None
        for matches in _conditions(name, _kind(name, fields, metadata), given)
    ]
    if not conditions:
        return lambda _: True
    return lambda value_of: joined(matches(value_of(name)) for name, matches in conditions)


def _junction(given: Any) -> Callable[[Any], bool]:
    match given.lower() if isinstance(given, str) else given:
        case None | "and":
            return all
        case "or":
            return any
        case _:
            raise invalid_payload(f"{_PLACE}.junction must be one of and, or")


def _kind(name: str, fields: Mapping[str, Kind], metadata: str | None) -> Kind:
    if (kind := fields.get(name)) is not None:
        return kind
    if metadata is not None and is_of_metadata(name):
        return Kind.FREE
    known = ", ".join([*fields, *([f"{metadata}X"] if metadata else [])])
    raise invalid_payload(f"{_PLACE}.{name:.100} is no field of a filter; these are: {known}")


def _conditions(name: str, kind: Kind, given: Any) -> Iterator[Matches]:
    """Yield whether a value meets all conditions of one field, if there are any."""
    place = f"{_PLACE}.{name:.100}"
    all_of = [
        _condition(place, kind, operator, value)
        for operator, value in _object_of(place, given).items()
        if value is not None or operator in _PRESENCE
    ]
    if all_of:
        yield lambda value: all(matches(value) for matches in all_of)


def _object_of(place: str, given: Any) -> Mapping[str, Any]:
    """Return the conditions of a field. An empty list is the empty object that PHP writes."""
    match given:
        case {"conditions": dict() as conditions}:
            return conditions
        case [] | {"conditions": []}:
            return {}
        case dict() if all(value is None for value in given.values()):
            return {}
        case _:
            raise invalid_payload(f"{place}.conditions must be an object")


def _condition(place: str, kind: Kind, operator: str, given: Any) -> Matches:
    if operator not in OPERATORS[kind]:
        known = ", ".join(OPERATORS[kind])
        raise invalid_payload(
            f"{place}.conditions.{operator:.100} is no operator of this field; these are: {known}"
        )
    if operator == "$has_value":
        return lambda value: value is not None
    if operator == "$is_unknown":
        return lambda value: value is None
    wrong = f"{place}.conditions.{operator}"
    given_values = given if isinstance(given, list) else [given]
    values = [_given(wrong, kind, operator, value) for value in given_values if value is not None]
    test = _TESTS[operator]
    read = _stored(kind)

    def any_of(value: Any) -> bool:
        found = read(value)
        return any(_alike(found, each) and test(found, each) for each in values)

    if operator in _NEGATIVE:
        return lambda value: value is None or not any_of(value)
    return lambda value: value is not None and any_of(value)


def _given(place: str, kind: Kind, operator: str, value: Any) -> Any:
    """Return a value of a filter in the form in which it is compared."""
    if isinstance(value, str) and not is_unicode(value):
        raise invalid_payload(f"{place} {LONE_SURROGATE}")
    if operator in _TEXTUAL:
        if not isinstance(value, str):
            raise invalid_payload(f"{place} must be a string")
        return value
    match kind, value:
        case Kind.TEXT, str():
            return value
        case Kind.TIME, str():
            try:
                return time_of(value)
            except ValueError as error:
                raise invalid_payload(f"{place} {error}") from None
        case Kind.NUMBER, int() if not isinstance(value, bool):
            return value
        case Kind.FREE, bool() | int() | float() | str() if _is_ordered(operator, value):
            return value
        case _:
            raise _of_another_type(place, kind, operator)


def _is_ordered(operator: str, value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number or operator not in _ORDERED


def _of_another_type(place: str, kind: Kind, operator: str) -> ApiError:
    wanted = {
        Kind.TEXT: "a string",
        Kind.TIME: "an ISO 8601 date, or a date and time",
        Kind.NUMBER: "an integer",
        Kind.FREE: "a number" if operator in _ORDERED else "a string, a number or a boolean",
    }
    return invalid_payload(f"{place} must be {wanted[kind]}")


def _stored(kind: Kind) -> Callable[[Any], Any]:
    """Return how a value of an order is read to be compared."""
    return parse_time if kind is Kind.TIME else lambda value: value


def _alike(one: Any, other: Any) -> bool:
    """Whether two values can be compared: true is not 1, and a text is not a number."""
    return _type(one) is _type(other)


def _type(value: Any) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


_TESTS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "$is": lambda one, other: one == other,
    "$in": lambda one, other: one == other,
    "$is_not": lambda one, other: one == other,
    "$not_in": lambda one, other: one == other,
    "$contains": lambda one, other: other in one,
    "$not_contain": lambda one, other: other in one,
    "$starts_with": lambda one, other: one.startswith(other),
    "$ends_with": lambda one, other: one.endswith(other),
    "$more_than": lambda one, other: one > other,
    "$after": lambda one, other: one > other,
    "$less_than": lambda one, other: one < other,
    "$before": lambda one, other: one < other,
    "$more_than_equal": lambda one, other: one >= other,
    "$less_than_equal": lambda one, other: one <= other,
}
"""By operator, its test of one value; the negative ones mean that none passes."""
