"""Mismatches between expected and actual results."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from order_projector.domain import differences as json
from order_projector.domain.differences import ABSENT

__all__ = ["ABSENT", "Mismatch", "differences"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where a result differs from what was expected."""

    where: str
    path: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        place = f"{self.where}: {self.path}" if self.path else self.where
        return f"{place}: expected {self.expected!r}, got {self.got!r}"


def differences(where: str, expected: Any, got: Any) -> Iterator[Mismatch]:
    """Yield where two JSON values differ, each by its full path."""
    for difference in json.differences(expected, got):
        yield Mismatch(where, difference.path, difference.before, difference.after)
