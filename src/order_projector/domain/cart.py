"""The cart: the lines of an order and what redemptions did to them.

A `Cart` is the working state of one fold. It holds each line as it was before any discount, with
the sums of what redemptions contributed to it. Sums are kept raw and capped only where they are
read, so that reverting one contribution leaves the others exactly as they were.

Money is in the smallest currency unit, quantities are units; as read, both are never negative.
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Final

from order_projector.domain.amounts import Amounts
from order_projector.domain.in_force import InForce, LineTotals
from order_projector.domain.index import Index, Key
from order_projector.domain.limits import MOST_LINES
from order_projector.domain.lines import (
    CartLine,
    Contribution,
    JsonObject,
    Line,
    LineContribution,
    have_same_names,
)
from order_projector.domain.memo import Memo

__all__ = ["Cart", "CartLine", "Contribution", "JsonObject", "Line", "LineContribution"]


_ADDED: Final = 1 << 40
"""First place of the lines that redemptions added: after all others, in the order of their sums."""

_place = attrgetter("place")
_rank = attrgetter("rank")


@dataclass(slots=True)
class Cart(Amounts):
    """The lines and amounts of an order, and what the redemptions in force contribute to them."""

    memo: Memo = field(default_factory=Memo)
    index: Index[CartLine] = field(default_factory=Index)
    _in_force: InForce = field(default_factory=InForce)
    _is_renumbered: bool = False
    _may_have_orphans: bool = False

    @classmethod
    def of(
        cls, lines: Iterable[Line], stated_amount: int | None = None, discrepancy: int = 0
    ) -> "Cart":
        """Create a cart without any discount."""
        cart = cls(stated_amount=stated_amount, discrepancy=discrepancy)
        for line in lines:
            cart.append(line)
        return cart

    def copy(self) -> "Cart":
        """Return a scratch copy with the same lines and amounts, to try contributions on."""
        copy = Cart(
            [], self.stated_amount, self.discrepancy, self.order_discounts, self.lists_amounts
        )
        copy._in_force.next = self._in_force.next
        copy.lines = [entry.copy() for entry in self.lines]
        for entry in copy.lines:
            copy.index.enter(entry)
        return copy

    def fork(self) -> "Cart":
        """Return an independent copy with all that is in force, to see what an event would do."""
        fork = self.copy()
        fork._is_renumbered, fork._may_have_orphans = self._is_renumbered, self._may_have_orphans
        fork._in_force = self._in_force.copy({entry.place: entry for entry in fork.lines})
        return fork

    @contextmanager
    def trial(self, lines: Sequence[Line] | None) -> Iterator["Cart"]:
        """Return a cart on which to try details with these lines, without any lasting effect.

        If the lines have the same names as the cart's and no units are in force, nothing moves, and
        the cart itself serves; otherwise a copy does.
        """
        same = lines is None or self._has_names_of(lines)
        if not same or any(entry.totals.touch_units for entry in self.lines):
            yield self.fork()
            return
        amounts = self.stated_amount, self.discrepancy, self.lists_amounts
        before = [(entry.line, entry.added_by_discount) for entry in self.lines]
        yield self
        self.stated_amount, self.discrepancy, self.lists_amounts = amounts
        for entry, (line, is_added) in zip(self.lines, before, strict=True):
            entry.become(line, added_by_discount=is_added)
        self._note_change()

    def append(self, line: Line) -> CartLine:
        """Append one of the customer's lines."""
        place = self.lines[-1].place + 1 if self.lines else 0
        return self._enter(CartLine(line, place=place))

    def _enter(self, entry: CartLine) -> CartLine:
        self.index.enter(entry)
        if self.lines and self.lines[-1].place > entry.place:
            insort(self.lines, entry, key=_place)
        else:
            self.lines.append(entry)
        self._note_change()
        return entry

    def named(self, line: Line) -> list[CartLine]:
        """Return the lines that share the SKU of `line`, in cart order.

        If either line names no SKU, the product decides; lines that name neither match each other.
        """
        return sorted(self.belonging(line), key=_place)

    def belonging(self, line: Line) -> list[CartLine]:
        """Return the same lines, in the order in which they receive units of that SKU or product.

        Units of an SKU go to its own lines before those that name only its product; units of a
        product go to the lines that name only the product before those of its SKUs.
        """
        return self.index.group(line.skus(), line.products())

    def find(self, key: Key) -> CartLine | None:
        """Return the line that the key identifies, or None if the cart has no such line.

        A line of exactly that SKU or product is found before one that only shares the product.
        """
        return self.index.find(key)

    def key(self, entry: CartLine) -> Key:
        """Return the key that finds this line, here and in a later cart that has such a line."""
        return self.index.key(entry)

    def apply(self, contribution: Contribution, redemption: str = "") -> Contribution:
        """Apply a contribution and return it for `revert`; parts for missing lines wait."""
        self.order_discounts += contribution.order_discount
        self._taken_off = None
        for sums in self._in_force.add(contribution.keys, contribution.cents):
            if sums.entry is None:
                self._bind(sums)
        for line_contribution, sums in self._in_force.of_lines(contribution.lines):
            if sums.count == 0:
                self._in_force.rank(sums)
            sums.add(line_contribution, redemption)
            if sums.entry is None:
                self._bind(sums)
            if line_contribution.new_line is not None:
                self._in_force.note(sums)
        if contribution.lines:
            self._note_units()
        return contribution

    def revert(self, contribution: Contribution, redemption: str = "") -> None:
        """Revert an applied contribution; a line that redemptions added goes with the last."""
        self.order_discounts -= contribution.order_discount
        self._taken_off = None
        for sums in self._in_force.subtract(contribution.keys, contribution.cents):
            self._note_reverted(sums)
        for line_contribution, sums in self._in_force.of_lines(contribution.lines):
            sums.subtract(line_contribution, redemption)
            if line_contribution.quantity > 0:
                self._in_force.note(sums)
            self._note_reverted(sums)
        if contribution.lines:
            self._note_units()
        self.remove_orphans()

    def _note_change(self) -> None:
        """Forget what follows from the lines."""
        self._forget_sums()
        self.memo.forget_lines()

    def _note_units(self) -> None:
        """Forget what follows from the units of the lines."""
        self._forget_sums()
        self.memo.forget_units()

    def _note_reverted(self, sums: LineTotals) -> None:
        if sums.entry is not None and sums.entry.added_by_discount:
            self._may_have_orphans = True
            if sums.new_lines and sums.entry.place >= _ADDED:
                self._restate(sums.entry, sums.new_line)
        if sums.count == 0:
            sums.end()

    def _restate(self, entry: CartLine, line: Line | None) -> None:
        """Replace a line that redemptions added by that of the first one in force."""
        if line is not None and line is not entry.line:
            entry.become(line, added_by_discount=True)
            self._note_change()

    def retain(self, entry: CartLine) -> None:
        """Keep a line without units of the customer's as long as a redemption adds units to it."""
        self._may_have_orphans = True
        for sums in self._in_force.matching(entry):
            if sums.entry is entry and sums.added:
                sums.retain(entry.line)
                self._in_force.note(sums)

    @property
    def retains_lines(self) -> bool:
        """Whether a line without units of the customer's is where an event listed it."""
        return any(entry.added_by_discount and entry.place < _ADDED for entry in self.lines)

    def remove_orphans(self) -> None:
        """Remove lines without units of the customer's to which no redemption adds units."""
        if not self._may_have_orphans:
            return
        self._may_have_orphans = False
        gone = [it for it in self.lines if it.added_by_discount and not it.totals.holder_count]
        for entry in gone:
            for sums in self._in_force.matching(entry):
                if sums.entry is entry:
                    sums.entry = None
        self._remove(gone)
        self._is_renumbered |= any(entry.place < _ADDED for entry in gone)

    def _remove(self, gone: Iterable[CartLine]) -> None:
        places = set()
        for entry in gone:
            self.index.remove(entry)
            places.add(entry.place)
        if places:
            self.lines = [entry for entry in self.lines if entry.place not in places]
            self._note_change()

    def holds_units(self, line: Line) -> bool:
        """Whether redemptions in force have added, removed or covered units of the line's names."""
        there = self._in_force.matching(CartLine(line))
        return any(sums.totals.touch_units for sums in there)

    def relist(self, lines: Sequence[Line]) -> list[Line] | None:
        """Replace the customer's lines and move the redemptions' contributions to the new ones.

        Lines that redemptions have added stay. If the new lines have the same names as the old,
        one by one, the old entries are kept for the caller to update, and nothing moves. Returns
        the lines that were replaced, or None if the entries were kept.
        """
        self._note_change()
        if self._has_names_of(lines):
            return None
        before = [entry for entry in self.lines if entry.place < _ADDED]
        listed = [CartLine(line, place=place) for place, line in enumerate(lines)]
        self.lines = listed + self.lines[len(before) :]
        self.index.replace(before, listed)
        moving = self._unbind(before, listed)
        self._unbind(self.lines[MOST_LINES:])
        self.remove_orphans()
        for sums in sorted(moving, key=_rank):
            self._bind(sums)
        for sums in self._in_force.waiting():
            self._bind(sums)
        self._is_renumbered = False
        return [entry.line for entry in before]

    def _has_names_of(self, lines: Sequence[Line]) -> bool:
        """Whether the cart's lines have these names, apart from those that redemptions added."""
        if self._is_renumbered:
            return False
        there = len(self.lines)
        if len(lines) > there or (len(lines) < there and self.lines[len(lines)].place < _ADDED):
            return False
        if lines and self.lines[len(lines) - 1].place >= _ADDED:
            return False
        return all(map(have_same_names, lines, (entry.line for entry in self.lines)))

    def _unbind(self, *entries: Sequence[CartLine]) -> list[LineTotals]:
        """Detach and return the sums in force that belong, or may belong, to these lines."""
        unbound = self._in_force.matching_any(chain(*entries))
        for sums in unbound:
            if sums.entry is not None:
                sums.entry.merge(sums.totals, sign=-1)
                self._may_have_orphans |= sums.entry.added_by_discount
                sums.entry = None
        return unbound

    def _bind(self, sums: LineTotals) -> None:
        """Attach the sums to their line, adding the line if the cart lacks it."""
        entry = self.index.find(sums.key)
        if entry is None:
            line = sums.new_line
            if line is None or len(self.lines) >= MOST_LINES:
                return
            place, totals = _ADDED + sums.rank, sums.totals.copy()
            sums.entry = self._enter(CartLine(line, True, totals, place))
            return
        entry.merge(sums.totals)
        sums.entry = entry
        if sums.totals.touch_units:
            self._note_units()
