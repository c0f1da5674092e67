"""The dead letters of a batch: sent before its offsets are committed, and told of in one line."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from order_projector.projection.meter import Meter, timed
from order_projector.projection.ports import DeadLetter, DeadLetters
from order_projector.projection.retry import Patience

_log: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class Burials:
    """Buries letters, however long that takes, and counts those of the batch in hand."""

    dead_letters: DeadLetters
    meter: Meter
    patience: Patience
    _codes: Counter[str] = field(default_factory=Counter)
    _first: DeadLetter | None = None

    async def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Return once all of them are acknowledged; a broker that is away is waited for."""
        if not letters:
            return
        with timed(self.meter, "bury"):
            await self.patience.until_available("broker", lambda: self.dead_letters.bury(letters))
        self._first = self._first or letters[0]
        for letter in letters:
            self._codes[str(letter.code)] += 1
            self.meter.dead_letter(letter.code)

    def report(self) -> None:
        """Log what was buried since the last report, where anything was. Nothing of an event."""
        if self._first is None:
            return
        at = self._first.record.coordinates
        _log.warning(
            "dead letters: %d (%s); the first is of %s-%d, offset %d: %s",
            self._codes.total(),
            ", ".join(f"{count} {code}" for code, count in sorted(self._codes.items())),
            at.topic,
            at.partition,
            at.offset,
            self._first.message,
        )
        self._codes.clear()
        self._first = None
