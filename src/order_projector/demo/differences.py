"""Two JSON values, compared to the last key and its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ABSENT = "(absent)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where something is not as it must be."""

    where: str
    path: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        place = f"{self.where}: {self.path}" if self.path else self.where
        return f"{place}: expected {self.expected!r}, got {self.got!r}"


def differences(where: str, expected: Any, got: Any, path: str = "") -> Iterator[Difference]:
    """Where the two differ: values, types, fields that one of them lacks, the sequence of keys."""
    match expected, got:
        case Mapping(), Mapping():
            yield from _of_objects(where, expected, got, path)
        case list(), list():
            for index in range(max(len(expected), len(got))):
                pair = (_at(expected, index), _at(got, index))
                yield from differences(where, *pair, f"{path}[{index}]")
        case _ if _scalar(expected) != _scalar(got):
            yield Difference(where, path, expected, got)


def _of_objects(
    where: str, expected: Mapping[str, Any], got: Mapping[str, Any], path: str
) -> Iterator[Difference]:
    found = False
    for name in [*expected, *(name for name in got if name not in expected)]:
        pair = (expected.get(name, ABSENT), got.get(name, ABSENT))
        for difference in differences(where, *pair, f"{path}.{name}" if path else name):
            found = True
            yield difference
    if not found and list(expected) != list(got):
        yield Difference(where, f"{path or 'order'} (sequence of keys)", list(expected), list(got))


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else ABSENT


def _scalar(value: Any) -> tuple[str, Any]:
    """A value that equals another only of the same JSON type: true is not 1, 1 is not 1.0."""
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "other"), value
