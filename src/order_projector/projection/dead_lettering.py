"""Dead-lettering for a batch: publish before offsets are committed, log one summary line."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.ports import DeadLetter, DeadLetterPublisher
from order_projector.projection.retry import RetryPolicy

_log: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class DeadLettering:
    """Publishes dead letters, retrying until the broker answers, and counts them for a report."""

    publisher: DeadLetterPublisher
    metrics: ProjectionMetrics
    retry_policy: RetryPolicy
    _codes: Counter[str] = field(default_factory=Counter)
    _first: DeadLetter | None = None

    async def publish(self, dead_letters: Sequence[DeadLetter]) -> None:
        """Return once all of them are acknowledged; wait while the broker is unavailable."""
        if not dead_letters:
            return
        with timed(self.metrics, "bury"):
            await self.retry_policy.until_available(
                "broker", lambda: self.publisher.publish_dead_letters(dead_letters)
            )
        self._first = self._first or dead_letters[0]
        for dead_letter in dead_letters:
            self._codes[str(dead_letter.code)] += 1
            self.metrics.dead_letter(dead_letter.code)

    def report(self) -> None:
        """Log the dead letters since the last report, if any, without contents of the events."""
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
