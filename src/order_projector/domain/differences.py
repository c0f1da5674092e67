"""Comparison of two JSON values, including the order of keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

ABSENT: Final = "(absent)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two values differ: before and after, or expected and actual."""

    path: str
    before: Any
    after: Any


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Yield the differences in values, in types, in the fields present, and in key order."""
    match before, after:
        case Mapping(), Mapping():
            yield from _of_objects(before, after, path)
        case list(), list():
            for index in range(max(len(before), len(after))):
                yield from differences(_at(before, index), _at(after, index), f"{path}[{index}]")
        case _ if type(before) is not type(after) or before != after:
            yield Difference(path, before, after)


def _of_objects(
    before: Mapping[str, Any], after: Mapping[str, Any], path: str
) -> Iterator[Difference]:
    found = False
    for name in dict.fromkeys((*before, *after)):
        pair = (before.get(name, ABSENT), after.get(name, ABSENT))
        if is_same(*pair):  # far quicker than a walk through all that has not changed
            continue
        for difference in differences(*pair, f"{path}.{name}" if path else name):
            found = True
            yield difference
    if not found and list(before) != list(after):
        where = f"{path} (sequence of keys)" if path else "(sequence of keys)"
        yield Difference(where, list(before), list(after))


def is_same(one: Any, other: Any) -> bool:
    """Whether both are the same JSON: values, types and key order."""
    # Unlike ==, repr distinguishes 1, 1.0 and True, and the order of keys.
    return one is other or repr(one) == repr(other)


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else ABSENT
