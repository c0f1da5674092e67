"""The lines that a discount covers, one by one and by column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final, NamedTuple

from order_projector.domain.cart import CartLine
from order_projector.domain.index import Key
from order_projector.domain.lines import Totals
from order_projector.domain.money import part_of
from order_projector.domain.redeemables import DiscountTarget

LIMITS: Final = (
    "quantity_limit",
    "aggregated_quantity_limit",
    "amount_limit",
    "aggregated_amount_limit",
)

Targets = tuple[DiscountTarget, ...]


class LineLimits(NamedTuple):
    """The limits of the targets that cover a line: the lowest ones, and those shared with others.

    ``shared_units`` and ``shared_cents`` are the targets with an aggregated limit, which counts for
    all lines that they cover together.
    """

    units: int | None = None
    cents: int | None = None
    shared_units: Targets = ()
    shared_cents: Targets = ()

    @classmethod
    def of(cls, targets: Targets) -> "LineLimits":
        """Return the limits of the targets that cover a line: of one, mostly."""
        if len(targets) == 1:
            (only,) = targets
            return cls(
                only.quantity_limit,
                only.amount_limit,
                () if only.aggregated_quantity_limit is None else targets,
                () if only.aggregated_amount_limit is None else targets,
            )
        units = [it.quantity_limit for it in targets if it.quantity_limit is not None]
        cents = [it.amount_limit for it in targets if it.amount_limit is not None]
        return cls(
            min(units, default=None),
            min(cents, default=None),
            tuple([it for it in targets if it.aggregated_quantity_limit is not None]),
            tuple([it for it in targets if it.aggregated_amount_limit is not None]),
        )

    @property
    def are_shared(self) -> bool:
        """Whether what a line gets depends on what others got."""
        return bool(self.shared_units or self.shared_cents)


UNLIMITED: Final = LineLimits()


class CoveredLine(NamedTuple):
    """A line that a discount covers, and the entries of ``applicable_to`` that cover it.

    ``quantity`` is the number of units, 1 for a line that has only an amount, 0 for one without
    either. ``chosen`` is the number of units selected individually, None if the line was selected
    as a whole.
    """

    entry: CartLine
    amount: int
    quantity: int
    targets: Targets = ()
    limits: LineLimits = UNLIMITED
    chosen: int | None = None

    @property
    def units(self) -> int:
        """Covered units of the line, before any limit."""
        return self.quantity if self.chosen is None else min(self.chosen, self.quantity)

    def cost(self, units: int) -> int:
        """Return the cost of that many units of the line before discounts."""
        if units == self.quantity:
            return self.amount
        return part_of(self.amount, units, self.quantity)

    def within(self, units: int) -> int:
        """Return how many of these units its own limits allow."""
        if self.chosen is not None and self.chosen < units:
            units = self.chosen
        limit = self.limits.units
        return units if limit is None or units <= limit else max(0, limit)

    def capped(self, cents: int) -> int:
        """Return the part of a discount that its own limits allow."""
        limit = self.limits.cents
        return cents if limit is None or cents <= limit else limit


@dataclass(frozen=True, slots=True)
class Selection:
    """The lines that a discount covers, in the order in which it is applied to them.

    The other tuples are columns of the lines; ``units`` are those that the limits of each line
    allow. ``is_limited`` is true if a line may get less because of what covers it: selected units,
    or a target with a limit; ``is_shared`` if lines share such a limit. ``common`` are the limits
    if all lines have the same. ``is_ranked`` is false if the lines, and how many units of each are
    chosen, follow from the lines themselves and not from what redemptions did to their units.
    """

    lines: tuple[CoveredLine, ...]
    keys: tuple[Key, ...]
    amounts: tuple[int, ...]
    units: tuple[int, ...]
    totals: tuple[Totals, ...]
    is_limited: bool
    is_shared: bool
    common: LineLimits | None
    is_ranked: bool

    @classmethod
    def of(
        cls,
        entries: Sequence[CartLine],
        keys: tuple[Key, ...],
        covering: Mapping[int, Targets],
        chosen: Mapping[int, int],
        *,
        is_ranked: bool,
    ) -> "Selection":
        """Arrange priced lines by column; what covers them is given by their place."""
        amounts = tuple([entry.amount or 0 for entry in entries])
        quantities = tuple([entry.quantity or (1 if entry.amount else 0) for entry in entries])
        targets = [covering[entry.place] for entry in entries]
        counts = [chosen.get(entry.place) for entry in entries] if chosen else None
        distinct = dict(zip(map(id, targets), targets, strict=True))
        by_targets = {name: LineLimits.of(each) for name, each in distinct.items()}
        limits = [by_targets[id(each)] for each in targets]
        columns = (entries, amounts, quantities, targets, limits, counts or repeat(None))
        lines = tuple(map(CoveredLine, *columns))
        has_counts = counts is not None and any(count is not None for count in counts)
        is_limited = has_counts or any(each != UNLIMITED for each in by_targets.values())
        return cls(
            lines,
            keys,
            amounts,
            tuple(map(CoveredLine.within, lines, quantities)) if is_limited else quantities,
            tuple([entry.totals for entry in entries]),
            is_limited,
            any(each.are_shared for each in by_targets.values()),
            limits[0] if len(by_targets) == 1 else None,
            is_ranked,
        )
