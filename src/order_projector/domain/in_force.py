"""What the redemptions in force contribute, summed up by the name and occurrence of a line.

However many redemptions have applied something to a line, new items of the order have to find the
line of one sum only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from order_projector.domain.index import Index, Key, Names
from order_projector.domain.lines import CartLine, Line, LineContribution, Totals


@dataclass(slots=True)
class LineTotals:
    """What redemptions in force contribute to the line that ``key`` finds.

    ``entry`` is the line of the cart that has it, None where the cart has no such line. ``brought``
    is the line that each redemption brings which added units where the customer has none;
    ``added`` names the redemptions that added units to the customer's.
    """

    key: Key
    totals: Totals = field(default_factory=Totals)
    entry: CartLine | None = None
    brought: dict[str, Line] = field(default_factory=dict)
    added: dict[str, None] = field(default_factory=dict)
    place: int = 0

    @property
    def skus(self) -> Names:
        """Every name of the line's SKU."""
        return self.key.skus

    @property
    def products(self) -> Names:
        """Every name of the line's product."""
        return self.key.products

    @property
    def brings(self) -> Line | None:
        """The line that a cart without it gets, where a redemption brought it."""
        return next(iter(self.brought.values()), None)

    def add(self, contribution: LineContribution, redemption: str) -> None:
        """Add a contribution of a redemption."""
        self.totals.add(contribution)
        if self.entry:
            self.entry.totals.add(contribution)
        if contribution.quantity <= 0:
            return
        if contribution.brings:
            self.brought[redemption] = contribution.brings
        else:
            self.added[redemption] = None

    def subtract(self, contribution: LineContribution, redemption: str) -> None:
        """Subtract a contribution of a redemption."""
        self.totals.add(contribution, sign=-1)
        if self.entry:
            self.entry.totals.add(contribution, sign=-1)
        if contribution.quantity > 0:
            self.brought.pop(redemption, None)
            self.added.pop(redemption, None)

    def hold(self, line: Line) -> None:
        """Let every redemption that added units bring the line: the customer has none any more."""
        self.brought |= dict.fromkeys(self.added, line)
        self.added.clear()


@dataclass(slots=True)
class InForce:
    """The sums by name and occurrence; a sum of nothing is forgotten.

    ``next`` is the place of the next sum: they are in the order of their first contributions.
    """

    next: int = 0
    _by_key: dict[Key, LineTotals] = field(default_factory=dict)
    _index: Index[LineTotals] = field(default_factory=Index)
    _bringing: dict[int, LineTotals] = field(default_factory=dict)

    def of(self, contribution: LineContribution) -> LineTotals:
        """Return the sum that a contribution belongs to."""
        found = self._by_key.get(contribution.key)
        if found is None:
            found = LineTotals(contribution.key, place=self.next)
            self._by_key[contribution.key] = found
            self._index.enter(found)
            self.next += 1
        return found

    def note(self, sums: LineTotals) -> None:
        """Keep up, after a change, which sums there are and which of them bring a line."""
        if sums.brings is not None:
            self._bringing[sums.place] = sums
        else:
            self._bringing.pop(sums.place, None)
        if sums.totals.count == 0:
            del self._by_key[sums.key]
            self._index.remove(sums)

    def matching(self, entry: CartLine) -> Iterable[LineTotals]:
        """The sums that may belong to a line, by its names."""
        return self._index.matching(entry.skus, entry.products)

    def waiting(self) -> list[LineTotals]:
        """The sums that bring a line for which there was no room."""
        return [sums for sums in self._bringing.values() if sums.entry is None]
