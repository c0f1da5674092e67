"""What must hold for dead letters: each holds a record that could not be applied, unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from order_projector.events.outcome import Code
from tests.simulation.broker import Logged
from tests.simulation.expectation import Knowledge, Place, Poison, ValidEvent


@dataclass(slots=True)
class Letters:
    """Observes the dead letters of a world.

    ``refused_as`` is the code of valid events that an order cannot take; None if there are no such.
    """

    knowledge: Knowledge
    refused_as: Code | None = None
    records: dict[Place, Logged] = field(default_factory=dict)
    published: dict[Place, int] = field(default_factory=dict)

    def wrong(self, letter: Logged) -> tuple[str, str | None] | None:
        """Note a dead letter; return what is wrong with it and with which order, if anything."""
        place = source_of(letter)
        expected, original = self.knowledge.at.get(place), self.records.get(place)
        code, order_id = self._expected_code(expected)
        headers = dict(letter.headers)
        if code is None or original is None:
            return f"dead-lettered {place}, which is not poison: {headers}", None
        said = (headers["error-code"] or b"").decode()
        if said != code:
            return f"dead-lettered {place} as {said} instead of {code}", order_id
        if (letter.key, letter.value) != (original.key, original.value):
            return f"dead-lettered {place} with another key or value", order_id
        self.published[place] = self.published.get(place, 0) + 1
        return None

    def _expected_code(self, expected: object) -> tuple[str | None, str | None]:
        match expected:
            case Poison(code=code, order_id=order_id):
                return code, order_id
            case ValidEvent(order_id=order_id) if self.refused_as is not None:
                return self.refused_as.value, order_id
            case _:
                return None, None


def source_of(letter: Logged) -> Place:
    """Return where the record of a dead letter was."""
    headers: Mapping[str, str] = {
        name: (value or b"").decode("latin-1") for name, value in letter.headers
    }
    return (
        headers["source-topic"],
        int(headers["source-partition"]),
        int(headers["source-offset"]),
    )
