"""What the clients of a chaos run were answered over HTTP."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeVar

Fields = tuple[tuple[str, bytes], ...]
"""The fields of an order in their sequence, each with the digest of its value."""


@dataclass(frozen=True, slots=True)
class Row:
    """An order among others, as a list or a file shows it: without its revision."""

    order_id: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Shown:
    """An order that a client asked for by a name."""

    name: str
    order_id: str
    revision: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class Missing:
    """A name of which it was answered that there is no such order, or none any more."""

    name: str


@dataclass(frozen=True, slots=True)
class Folded:
    """A write that was answered with 200: the revision is one that the fold has made of it."""

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
    """A file of all orders, which came whole."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """The end of an import, and how many orders were done and failed by its result."""

    marks: tuple[str, ...]
    status: str
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Unexpected:
    """An answer that no client may get, or none though nothing was disturbed any more."""

    what: str


Answer = Shown | Missing | Folded | Accepted | Page | File | Imported | Unexpected


Kind = TypeVar("Kind", bound=Answer)


@dataclass(slots=True)
class Journal:
    """The answers of each client, in the sequence in which it got them: it waits for each."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    """How often a request was answered with each status, or not at all."""
    longest: float = 0.0
    """The most seconds that an answer took."""

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the answers of one kind."""
        return [it for each in self.answers.values() for it in each if isinstance(it, kind)]
