"""A cart as the entries of one discount leave it, while the cart itself stays as it is.

A discount can have five hundred entries for the lines of a cart that has five hundred, or for as
many new ones. Copying a line, counting what an entry added to it, and entering a new one in the
index are therefore put off until something looks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from order_projector.domain.cart import Cart
from order_projector.domain.counting import count_in
from order_projector.domain.index import Index, Key
from order_projector.domain.lines import CartLine, Line, LineContribution

_place = attrgetter("place")


@dataclass(slots=True)
class ScratchCart:
    """The lines of a cart, and what one discount has contributed to them so far.

    ``_changed`` are copies of the cart's lines by their place, and ``_uncounted`` what they have
    not counted yet. The index is the cart's own until a new line is entered; the contributions
    that bring new lines wait in ``_waiting`` until one of their ``_names`` is looked for.
    """

    _index: Index[CartLine]
    _next_place: int
    _has_own_index: bool = False
    _changed: dict[int, CartLine] = field(default_factory=dict)
    _uncounted: dict[int, list[LineContribution]] = field(default_factory=dict)
    _waiting: list[tuple[Line, LineContribution]] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, cart: Cart) -> "ScratchCart":
        """Return the cart without any contribution."""
        return cls(cart.index, cart.lines[-1].place + 1 if cart.lines else 0)

    def now(self, entry: CartLine) -> CartLine:
        """Return a line as the contributions so far leave it; it may be the cart's own line."""
        uncounted = self._uncounted.pop(entry.place, None)
        if uncounted is None:
            return self._changed.get(entry.place, entry)
        changed = self._changed.get(entry.place) or entry.copy()
        for contribution in uncounted:
            count_in(contribution, changed, (changed.totals,))
        self._changed[entry.place] = changed
        return changed

    def find(self, key: Key) -> CartLine | None:
        """Return the line that the key identifies as it is now, or None."""
        if self._names:
            self._look_for(key)
        entry = self._index.find(key)
        return entry and self.now(entry)

    def key(self, entry: CartLine) -> Key:
        """Return the key that finds this line."""
        return self._index.key(entry)

    def belonging(self, key: Key) -> Sequence[CartLine]:
        """Return the lines that receive units of that SKU or product, in this order."""
        if self._names:
            self._look_for(key)
        return self._index.group(key.skus, key.products)

    def named(self, line: Line) -> Sequence[CartLine]:
        """Return the same lines in the order of the cart."""
        return sorted(self.belonging(line.key()), key=_place)

    def apply(self, contribution: LineContribution, entry: CartLine | None) -> None:
        """Apply a contribution to its line, None if that is new."""
        key, new_line = contribution.key, contribution.new_line
        if entry is not None:
            self._uncounted.setdefault(entry.place, []).append(contribution)
        elif new_line is not None:
            self._waiting.append((new_line, contribution))
            self._names.update(key.skus, key.products)

    def _look_for(self, key: Key) -> None:
        """Enter the new lines in the index if any of them may belong to these names."""
        names = self._names
        if not (names.isdisjoint(key.skus) and names.isdisjoint(key.products)):
            self._enter_all()

    def _enter_all(self) -> None:
        if not self._has_own_index:
            self._index, self._has_own_index = self._index.copy(), True
        for line, contribution in self._waiting:
            entry = CartLine(line, added_by_discount=True, place=self._next_place)
            self._next_place += 1
            self._uncounted[entry.place] = [contribution]
            self._index.enter(entry)
        self._waiting.clear()
        self._names.clear()
