"""Add the units of one discount to an order, entry by entry.

A discount can have five hundred entries for one product that has five hundred lines. The units of a
product's lines are therefore counted once per discount, and the counts are updated as its entries
add units.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from order_projector.domain.cart import Cart, CartLine
from order_projector.domain.discounts.giving import DestinationLine, RequestedUnits
from order_projector.domain.index import Key
from order_projector.domain.lines import Contribution, LineContribution


@dataclass(slots=True)
class _Group:
    """The lines that receive units of one product or SKU, in that order, counted together.

    ``covered`` of their ``quantity`` units are already free, including all on lines before index
    ``first``.
    """

    lines: Sequence[CartLine]
    quantity: int
    covered: int
    first: int = 0

    @classmethod
    def of(cls, lines: Sequence[CartLine]) -> "_Group":
        """Count the units of the lines as they are."""
        quantity = sum(entry.quantity for entry in lines)
        return cls(lines, quantity, sum(entry.discount_quantity for entry in lines))

    def with_uncovered_units(self) -> Iterator[CartLine]:
        """Yield the lines from the first one that has uncovered units.

        The lines before it can be skipped for good: every unit that this discount adds is free.
        """
        while self.first < len(self.lines) and not _uncovered(self.lines[self.first]):
            self.first += 1
        for nth in range(self.first, len(self.lines)):
            yield self.lines[nth]


@dataclass(slots=True)
class Adding:
    """Adds the units of one discount to a cart; if it has several entries, pass a copy.

    ``wanted`` is the cost of all units that should be free, whatever is left of line and order.
    """

    cart: Cart
    wanted: int = 0
    _groups: dict[Key, _Group] = field(default_factory=dict)
    _of_line: dict[int, set[Key]] = field(default_factory=dict)
    _of_name: dict[str, set[Key]] = field(default_factory=dict)

    def new(self, units: RequestedUnits, order_left: int) -> Iterator[LineContribution]:
        """Add the units to the existing ones; only the added units are free."""
        if units.quantity:
            destination = DestinationLine.of(units.line, self.cart)
            yield self._given(destination, units.quantity, units.quantity, order_left)

    def missing(self, units: RequestedUnits, order_left: int) -> Iterator[LineContribution]:
        """Add the units that the order lacks, and make the requested number free.

        Units that an earlier discount made free count as present and stay with that discount.
        """
        group = self._group(units)
        added = max(0, units.quantity - group.quantity)
        to_cover = min(units.quantity, group.quantity + added - group.covered)
        first = group.lines[0] if group.lines else None
        if added:
            covered = min(to_cover, added + (_uncovered(first) if first else 0))
            destination = DestinationLine.of(units.line, self.cart)
            contribution = self._given(destination, added, covered, order_left)
            order_left += contribution.amount - contribution.discount
            to_cover -= covered
            yield contribution
        for entry in group.with_uncovered_units():
            if not to_cover:
                return
            covered = min(to_cover, _uncovered(entry))
            if not covered or (added and entry is first):
                continue
            destination = DestinationLine.at(entry, units.line)
            contribution = self._given(destination, 0, covered, order_left)
            order_left += contribution.amount - contribution.discount
            to_cover -= covered
            yield contribution

    def _given(
        self, destination: DestinationLine, added: int, covered: int, order_left: int
    ) -> LineContribution:
        self.wanted += destination.cost(added, covered)
        return destination.contribution(self.cart, added, covered, order_left)

    def apply(self, contributions: tuple[LineContribution, ...]) -> None:
        """Apply these contributions to the cart, so that the following entries see them."""
        there = [self.cart.find(contribution.key) for contribution in contributions]
        for entry in filter(None, there):
            self._count(entry, -1)
        self.cart.apply(Contribution(lines=contributions))
        for contribution, line in zip(contributions, there, strict=True):
            if line is None:
                self._forget(contribution.key)
            else:
                self._count(line, 1)

    def _group(self, units: RequestedUnits) -> _Group:
        key = units.line.key()
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group.of(self.cart.belonging(units.line))
            for entry in group.lines:
                self._of_line.setdefault(entry.place, set()).add(key)
            for name in key.skus | key.products:
                self._of_name.setdefault(name, set()).add(key)
        return group

    def _count(self, entry: CartLine, sign: int) -> None:
        for key in self._of_line.get(entry.place, ()):
            if group := self._groups.get(key):
                group.quantity += sign * entry.quantity
                group.covered += sign * entry.discount_quantity

    def _forget(self, new: Key) -> None:
        """Discard the counts of the groups that a new line may belong to."""
        for name in new.skus | new.products:
            for key in self._of_name.pop(name, ()):
                self._groups.pop(key, None)


def _uncovered(entry: CartLine) -> int:
    return entry.quantity - entry.discount_quantity
