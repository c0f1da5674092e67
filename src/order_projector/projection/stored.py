"""The parts of a projection state, as they are kept with an order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact as text, with the number of the rules that read it from its event.

    ``known_at`` is the earliest time of a Kafka record that told it, in milliseconds.
    """

    text: str
    rules: int
    known_at: int


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
