"""An order as the majority has it, and what has been seen of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Kept:
    """An order as the majority has it, and what has been seen of it so far."""

    counter: int = 0
    revision: int = 0
    served: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    imported: frozenset[str] = frozenset()
    """The events that came by a source id alone."""
    flags: list[Any] = field(default_factory=list)
    offsets: Mapping[tuple[str, int], int] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    """The events that a revision has named as its causes."""
    turned: dict[str, int] = field(default_factory=dict)
    """The revision that each fact has come in with, where it made one."""
    revisions: dict[int, bytes] = field(default_factory=dict)
    """What an announcement of each revision must say."""
    announced: int = 0
    """The highest revision announced."""
    erased: bool = False

    def newest(self) -> bytes | None:
        """What an announcement of the stored revision must say."""
        return self.revisions.get(self.revision)

    @property
    def is_merged(self) -> bool:
        """Whether it is the document of a name whose order went into another one."""
        return "merged_into" in self.served
