"""The ways to restart the workers of a group."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Sequence(Enum):
    """What is done first of a worker that is replaced."""

    OLD_STOPS = auto()
    NEW_STARTS = auto()


@dataclass(frozen=True, slots=True)
class Way:
    """How each worker is replaced, and with which settings; ``{}`` in one is its number."""

    name: str
    title: str
    sequence: Sequence
    settings: Mapping[str, str] = field(default_factory=dict)

    def settings_of(self, number: int) -> dict[str, str]:
        """Return the settings of one worker."""
        return {name: value.format(number) for name, value in self.settings.items()}


_INSTANCE = {"ORDERS_KAFKA_GROUP_INSTANCE_ID": "worker-{}"}
_SESSION = "ORDERS_KAFKA_SESSION_TIMEOUT"

WAYS = (
    Way("surge", "dynamic, the new one joins first", Sequence.NEW_STARTS),
    Way("in-place", "dynamic, the old one leaves first", Sequence.OLD_STOPS),
    Way("static", "static, 45 s of session", Sequence.OLD_STOPS, {**_INSTANCE, _SESSION: "45"}),
    Way(
        "static-short",
        "static, a session shorter than the restart",
        Sequence.OLD_STOPS,
        {**_INSTANCE, _SESSION: "6"},
    ),
)
