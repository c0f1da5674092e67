"""What the redemptions in force contribute, summed up by the names and occurrence of a line.

However many redemptions have contributed to a line, an update of the order's items only has to find
the line of one sum.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from order_projector.domain.counting import count_in
from order_projector.domain.index import Index, Key
from order_projector.domain.lines import CartLine, Line, LineContribution, Totals
from order_projector.domain.tables import Names


@dataclass(slots=True)
class LineTotals:
    """What redemptions in force contribute to the line that ``key`` finds.

    ``count`` is the number of these contributions. A sum without any waits for the next one, which
    gives it a new ``rank``: the order in which sums had their first contributions.
    ``entry`` is the line of the cart, or None if the cart has no such line. ``new_lines`` are the
    lines, by redemption, that redemptions added where the customer has no units; ``added`` names
    the redemptions that added units to the customer's own.
    """

    key: Key
    count: int = 0
    totals: Totals = field(default_factory=Totals)
    entry: CartLine | None = None
    new_lines: dict[str, Line] = field(default_factory=dict)
    added: dict[str, None] = field(default_factory=dict)
    place: int = 0
    rank: int = 0

    @property
    def skus(self) -> Names:
        """Every name of the line's SKU."""
        return self.key.skus

    @property
    def products(self) -> Names:
        """Every name of the line's product."""
        return self.key.products

    @property
    def new_line(self) -> Line | None:
        """The line that a redemption adds to a cart that lacks it."""
        return next(iter(self.new_lines.values()), None)

    def add(self, contribution: LineContribution, redemption: str) -> None:
        """Add a contribution of a redemption."""
        self.count += 1
        entry, own = self.entry, self.totals
        count_in(contribution, entry, (own,) if entry is None else (own, entry.totals))
        if contribution.quantity <= 0:
            return
        if contribution.new_line:
            self.new_lines[redemption] = contribution.new_line
        else:
            self.added[redemption] = None

    def subtract(self, contribution: LineContribution, redemption: str) -> None:
        """Subtract a contribution of a redemption."""
        self.count -= 1
        entry, own = self.entry, self.totals
        count_in(contribution, entry, (own,) if entry is None else (own, entry.totals), -1)
        if contribution.quantity > 0:
            self.new_lines.pop(redemption, None)
            self.added.pop(redemption, None)

    def copy(self, entry: CartLine | None) -> "LineTotals":
        """Return an independent copy for a line of another cart."""
        return LineTotals(
            self.key,
            self.count,
            self.totals.copy(),
            entry,
            dict(self.new_lines),
            dict(self.added),
            self.place,
            self.rank,
        )

    def end(self) -> None:
        """Forget the line and that it had units, after the last contribution: no sum is left."""
        self.entry = None
        self.totals.touch_units = False

    def retain(self, line: Line) -> None:
        """Make it a new line of each redemption that added units; the customer has none left."""
        self.new_lines |= dict.fromkeys(self.added, line)
        self.added.clear()


@dataclass(slots=True)
class InForce:
    """The sums by names and occurrence.

    ``next`` is the rank of the next sum. A sum without contributions is kept, since redemptions of
    the same lines mostly follow, until its lines are replaced.
    """

    next: int = 0
    _by_key: dict[Key, LineTotals] = field(default_factory=dict)
    _index: Index[LineTotals] = field(default_factory=Index)
    _with_new_line: dict[int, LineTotals] = field(default_factory=dict)
    _last_keys: Sequence[Key] | Sequence[LineContribution] = ()
    _last_found: list[LineTotals] = field(default_factory=list)
    _next_place: int = 0

    def copy(self, entries: Mapping[int, CartLine]) -> "InForce":
        """Return an independent copy for a copied cart, whose lines are given by their place."""
        copy = InForce(self.next, _next_place=self._next_place)
        for key, sums in self._by_key.items():
            if sums.count == 0:
                continue
            there = None if sums.entry is None else entries[sums.entry.place]
            copied = copy._by_key[key] = sums.copy(there)
            copy._index.enter(copied)
            if sums.place in self._with_new_line:
                copy._with_new_line[sums.place] = copied
        return copy

    def of_lines(
        self, lines: Sequence[LineContribution]
    ) -> Iterable[tuple[LineContribution, LineTotals]]:
        """Return contributions, each with the sum that it belongs to; redemptions share some."""
        if not lines:
            return ()
        if lines is not self._last_keys:
            by_key, begin = self._by_key, self._begin
            self._last_found = [by_key.get(line.key) or begin(line.key) for line in lines]
            self._last_keys = lines
        return zip(lines, self._last_found, strict=True)

    def add(self, keys: Sequence[Key], cents: Iterable[int]) -> list[LineTotals]:
        """Add discounts that change no units; return the sums."""
        found = self._found(keys)
        for sums, discount in zip(found, cents, strict=True):
            if sums.count == 0:
                self.rank(sums)
            sums.count += 1
            sums.totals.discount += discount
            if sums.entry is not None:
                sums.entry.totals.discount += discount
        return found

    def subtract(self, keys: Sequence[Key], cents: Iterable[int]) -> list[LineTotals]:
        """Subtract discounts that change no units; return the sums."""
        found = self._found(keys)
        for sums, discount in zip(found, cents, strict=True):
            sums.count -= 1
            sums.totals.discount -= discount
            if sums.entry is not None:
                sums.entry.totals.discount -= discount
        return found

    def _found(self, keys: Sequence[Key]) -> list[LineTotals]:
        """Return the sums of the keys; redemptions of one voucher share these."""
        if not keys:
            return []
        if keys is not self._last_keys:
            by_key, begin = self._by_key, self._begin
            self._last_found = [by_key.get(key) or begin(key) for key in keys]
            self._last_keys = keys
        return self._last_found

    def _begin(self, key: Key) -> LineTotals:
        sums = self._by_key[key] = LineTotals(key, place=self._next_place)
        self._index.enter(sums)
        self._next_place += 1
        return sums

    def rank(self, sums: LineTotals) -> None:
        """Give a sum its rank, before its first contribution."""
        sums.rank = self.next
        self.next += 1

    def note(self, sums: LineTotals) -> None:
        """Record, after a change of its units, whether the sum adds a line."""
        if sums.new_lines:
            self._with_new_line[sums.place] = sums
        else:
            self._with_new_line.pop(sums.place, None)

    def _drop(self, sums: LineTotals) -> None:
        """Forget a sum without contributions."""
        del self._by_key[sums.key]
        self._index.remove(sums)
        self._last_keys, self._last_found = (), []

    def matching(self, entry: CartLine) -> Iterable[LineTotals]:
        """Return the sums that may belong to a line, by its names."""
        return self._index.matching(entry.skus, entry.products)

    def matching_any(self, entries: Iterable[CartLine]) -> list[LineTotals]:
        """Return the sums that may belong to any of these lines; forget those that are empty."""
        if not self._by_key:
            return []
        by_names = {(entry.skus, entry.products): entry for entry in entries}
        found = {sums.place: sums for it in by_names.values() for sums in self.matching(it)}
        for sums in found.values():
            if sums.count == 0:
                self._drop(sums)
        return [sums for sums in found.values() if sums.count]

    def waiting(self) -> list[LineTotals]:
        """Return the sums that will add a line once the cart has room for it."""
        return [sums for sums in self._with_new_line.values() if sums.entry is None]
