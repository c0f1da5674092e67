"""An order as the majority has it, and what has been observed of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

STATE_KEY: Final = "_projection"


@dataclass(slots=True)
class Kept:
    """An order as the majority has it, and what has been observed of it so far."""

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
    """The revision to which each fact has led, if it led to one."""
    revisions: dict[int, bytes] = field(default_factory=dict)
    """What an announcement of each revision must state."""
    announced: int = 0
    """The highest revision announced."""
    erased: bool = False

    def take(
        self, document: Mapping[str, Any], texts: Mapping[str, str], imported: frozenset[str]
    ) -> None:
        """Keep what a document serves, and the texts of its facts."""
        state = document[STATE_KEY]
        if state["revision"] > self.revision:
            new = [name for name in texts if texts[name] != self.facts.get(name)]
            self.turned.update(dict.fromkeys(new, state["revision"]))
        self.counter, self.revision, self.flags = (
            state["counter"],
            state["revision"],
            state["flags"],
        )
        self.served, self.facts = served_of(document), texts
        self.offsets, self.imported = offsets_of(document), imported

    def newest(self) -> bytes | None:
        """Return what an announcement of the stored revision must state."""
        return self.revisions.get(self.revision)

    @property
    def is_merged(self) -> bool:
        """Whether this is the document of a name that was merged into another order."""
        return "merged_into" in self.served


def canonical(value: Any) -> bytes:
    """Return the JSON text of a value with sorted keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def served_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the served part of a document."""
    return {name: document[name] for name in document if name not in {"_id", STATE_KEY}}


def offsets_of(document: Mapping[str, Any]) -> dict[tuple[str, int], int]:
    """Return the last offset of each partition that a document has applied."""
    return {
        (topic, partition): offset for topic, partition, offset in document[STATE_KEY]["offsets"]
    }
