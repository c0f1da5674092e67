"""Add the units of one discount to an order, entry by entry.

A discount can have five hundred entries for one product that has five hundred lines. The units of a
product's lines are therefore counted once per discount, and the counts are updated as its entries
add units.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from order_projector.domain.bounds import Placed
from order_projector.domain.discounts.giving import DestinationLine, RequestedUnits
from order_projector.domain.discounts.scratch import ScratchCart
from order_projector.domain.index import Key
from order_projector.domain.lines import CartLine


@dataclass(slots=True)
class _Group:
    """The lines that receive units of one product or SKU, in that order, counted together.

    ``covered`` of their ``quantity`` units are already free, including all on lines before index
    ``first``. ``changed`` are the lines to count, and ``counted`` is how many of either a line,
    given by its place, had when it was counted last.
    """

    lines: Sequence[CartLine]
    changed: list[CartLine]
    quantity: int = 0
    covered: int = 0
    first: int = 0
    counted: dict[int, tuple[int, int]] = field(default_factory=dict)

    def count(self, cart: ScratchCart) -> None:
        """Count the units of the lines that have changed."""
        for entry in self.changed:
            quantity, covered = self.counted.get(entry.place, (0, 0))
            now = cart.now(entry)
            self.counted[entry.place] = counted = now.quantity, now.discount_quantity
            self.quantity += counted[0] - quantity
            self.covered += counted[1] - covered
        self.changed = []

    def with_uncovered_units(self, cart: ScratchCart) -> Iterator[CartLine]:
        """Yield the lines from the first one that has uncovered units.

        The lines before it need not be read again: every unit that this discount adds is free.
        """
        lines = self.lines
        while self.first < len(lines) and not _uncovered(cart.now(lines[self.first])):
            self.first += 1
        for nth in range(self.first, len(lines)):
            yield cart.now(lines[nth])


@dataclass(slots=True)
class Adding:
    """Adds the units of one discount to a scratch cart.

    ``wanted`` is the cost of all units that should be free, whatever is left of line and order.
    """

    cart: ScratchCart
    wanted: int = 0
    _groups: dict[Key, _Group] = field(default_factory=dict)
    _of_line: dict[int, list[_Group]] = field(default_factory=dict)
    _of_name: dict[str, list[Key]] = field(default_factory=dict)

    def new(self, units: RequestedUnits, order_left: int) -> Sequence[Placed]:
        """Add the units to the existing ones; only the added units are free."""
        added = units.quantity
        return (self._added(units, added, added, order_left),) if added else ()

    def missing(self, units: RequestedUnits, order_left: int) -> Iterator[Placed]:
        """Add the units that the order lacks, and make the requested number free.

        Units that an earlier discount made free count as present and stay with that discount.
        """
        group = self._group(units)
        added = max(0, units.quantity - group.quantity)
        to_cover = min(units.quantity, group.quantity + added - group.covered)
        first = self.cart.now(group.lines[0]) if group.lines else None
        if added:
            covered = min(to_cover, added + (_uncovered(first) if first else 0))
            placed = self._added(units, added, covered, order_left)
            order_left += placed[0].amount - placed[0].discount
            to_cover -= covered
            yield placed
        if not to_cover:
            return
        for entry in group.with_uncovered_units(self.cart):
            covered = min(to_cover, _uncovered(entry))
            if not covered or (added and entry is first):
                continue
            destination = DestinationLine.at(entry, units.line)
            placed = self._given(destination, self.cart.key(entry), 0, covered, order_left)
            order_left += placed[0].amount - placed[0].discount
            to_cover -= covered
            yield placed
            if not to_cover:
                return

    def _added(self, units: RequestedUnits, added: int, covered: int, order_left: int) -> Placed:
        """Add units to the first line that they belong to, or to a new one."""
        entry, brought = self.cart.find(units.key), units.brought
        if entry is None and brought is not None:
            # A new line has all of the units, each of them free.
            self.wanted += brought.discount
            return brought, None
        destination = DestinationLine.of(units, entry, self.cart)
        key = units.key if entry is None else self.cart.key(entry)
        return self._given(destination, key, added, covered, order_left)

    def _given(
        self, destination: DestinationLine, key: Key, added: int, covered: int, order_left: int
    ) -> Placed:
        cost = destination.cost(added, covered)
        self.wanted += cost
        given = destination.contribution(key, added, covered, cost, order_left)
        return given, destination.entry

    def apply(self, placed: Iterable[Placed]) -> None:
        """Apply these contributions to the cart, so that the following entries see them."""
        for contribution, entry in placed:
            self.cart.apply(contribution, entry)
            if entry is None:
                self._forget(contribution.key)
                continue
            for group in self._of_line.get(entry.place, ()):
                group.changed.append(entry)

    def _group(self, units: RequestedUnits) -> _Group:
        key = units.key
        group = self._groups.get(key)
        if group is None:
            lines = self.cart.belonging(key)
            group = _Group(lines, list(lines))
            if len(lines) < 2:
                # Not worth remembering: counting again costs less.
                group.count(self.cart)
                return group
            self._groups[key] = group
            for entry in lines:
                self._of_line.setdefault(entry.place, []).append(group)
            for name in chain(key.skus, key.products):
                self._of_name.setdefault(name, []).append(key)
        if group.changed:
            group.count(self.cart)
        return group

    def _forget(self, new: Key) -> None:
        """Discard the counts of the groups that a new line may belong to."""
        if not self._of_name:
            return
        for name in chain(new.skus, new.products):
            for key in self._of_name.pop(name, ()):
                self._groups.pop(key, None)


def _uncovered(entry: CartLine) -> int:
    return entry.quantity - entry.discount_quantity
