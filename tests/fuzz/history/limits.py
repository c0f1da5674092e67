"""How much a discount may take off a line: the line's own limits, and the shared ones."""

from dataclasses import dataclass, field

from tests.fuzz.history.offers import Target
from tests.fuzz.history.selection import Covered


@dataclass(slots=True)
class RemainingLimits:
    """What remains of the limits that several lines share."""

    cents: int
    of_targets: dict[Target, tuple[int | None, int | None]] = field(default_factory=dict)

    def units(self, line: Covered, wanted: int) -> int:
        """Return how many of the wanted units of a line are within the limits."""
        shared = [units for units, _ in map(self._left, line.targets) if units is not None]
        return max(0, min([wanted, *line.limits, *shared]))

    def most(self, line: Covered) -> int:
        """Return how many cents may be taken off a line."""
        own = [it.amount_limit for it in line.targets if it.amount_limit is not None]
        shared = [cents for _, cents in map(self._left, line.targets) if cents is not None]
        return max(0, min([self.cents, line.line.left, *own, *shared]))

    def use(self, line: Covered, units: int, cents: int) -> None:
        """Deduct from the limits what a line received."""
        self.cents -= cents
        for target in line.targets:
            of_units, of_cents = self._left(target)
            self.of_targets[target] = (
                None if of_units is None else of_units - units,
                None if of_cents is None else of_cents - cents,
            )

    def _left(self, target: Target) -> tuple[int | None, int | None]:
        limits = (target.aggregated_quantity_limit, target.aggregated_amount_limit)
        return self.of_targets.get(target, limits)
