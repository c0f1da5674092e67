"""The parts of a projection state, as they are kept with an order."""

from collections.abc import Mapping
from dataclasses import dataclass


class Malformed(Exception):
    """A stored state of another shape: the field, and what is wrong, without the value."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact as text, with the number of the rules that read it from its event.

    ``known_at`` is the earliest time of a Kafka record that contained it, in milliseconds.
    """

    text: str
    rules: int
    known_at: int


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """A segment that an order's document lists: its id, and the number and length of its facts."""

    id: str
    facts: int
    size: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Facts of an order, by identity, in a document of their own that never changes."""

    ref: SegmentRef
    facts: Mapping[str, StoredFact]


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """The state of a fold after all facts that stand in segments, and some in the document.

    ``covers`` is the number of the latter: they come first. ``at`` and ``event`` are the place up
    to which the timeline is folded; ``names`` is a digest of what the facts name. ``rules`` and
    ``form`` are the numbers of the rules that folded, and of the form of ``state``.
    """

    rules: int
    form: int
    covers: int
    at: int
    event: str
    names: bytes
    state: str


@dataclass(frozen=True, slots=True)
class ErasedOrder:
    """An order that was erased, with what its announcement, a record without a value, needs."""

    order_id: str
    revision: int
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFlag:
    """A flag of an order; the code is a text, because a newer release may have raised it."""

    code: str
    event: str
    about: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Return the flag as it is stored and announced."""
        return {
            "code": self.code,
            "event": self.event,
            "about": self.about,
            "message": self.message,
        }
