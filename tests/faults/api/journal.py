"""The answers that the clients of a chaos run received over HTTP."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeVar

Fields = tuple[tuple[str, bytes], ...]
"""The fields of an order in their order, each with the digest of its value."""


@dataclass(frozen=True, slots=True)
class Row:
    """An order in a list or an export file, which shows no revision."""

    order_id: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Shown:
    """An order that a client requested by a name."""

    name: str
    order_id: str
    revision: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class Missing:
    """A name for which the API answered that the order does not exist, or no longer exists."""

    name: str


@dataclass(frozen=True, slots=True)
class Folded:
    """A write that was answered with 200: the revision includes it."""

    mark: str
    order_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """A write that was answered with 202."""

    mark: str
    order_id: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A complete export file of all orders."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import, with its numbers of orders done and failed."""

    marks: tuple[str, ...]
    status: str
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Unexpected:
    """An answer that no client should get, or none long after the last fault."""

    what: str


Answer = Shown | Missing | Folded | Accepted | Page | File | Imported | Unexpected


Kind = TypeVar("Kind", bound=Answer)


@dataclass(slots=True)
class Journal:
    """Each client's answers in arrival order; a client sends one request at a time."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    """Number of requests by response status, and of those that were not answered."""
    longest: float = 0.0
    """The longest time that an answer took, in seconds."""

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the answers of one kind."""
        return [it for each in self.answers.values() for it in each if isinstance(it, kind)]
