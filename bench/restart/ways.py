"""The ways to restart the workers of a group."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Sequence(Enum):
    """The first step in replacing a worker."""

    OLD_STOPS = auto()
    NEW_STARTS = auto()


@dataclass(frozen=True, slots=True)
class Way:
    """How each worker is replaced, and its settings, in which ``{}`` is the worker's number."""

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
