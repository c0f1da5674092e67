"""An index of lines by the names of their products and SKUs.

Two lines belong together if they share an SKU or, if either names no SKU, a product; lines without
any name belong together as well. Among the lines of an SKU, its own come before those that name
only its product; among those of a product, the ones that name only the product come before those of
its SKUs. A lookup costs the same in a cart of five hundred lines as in one of five, whatever
names they share.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple

from order_projector.domain.tables import NOWHERE, Names, Places, T, Table

_NAMELESS: Final[Names] = frozenset([""])
_MOST_FOUND: Final = 4_096
"""Keys of which an index remembers what they find."""


class Key(NamedTuple):
    """The names of a line, and its occurrence (0-based) among the lines that have them."""

    skus: Names
    products: Names
    occurrence: int = 0


@dataclass(slots=True)
class Index(Generic[T]):
    """Entries by each of their names.

    Most entries share no name with another: they are kept ``_alone``, by name, where they come and
    go at little cost. The tables hold the others, and those of which something else was asked than
    what their names alone find. Keys, and what they find in the tables, are cached until an entry
    is added to these or removed.
    """

    _entries: dict[int, T] = field(default_factory=dict)
    _alone: dict[str, T] = field(default_factory=dict)
    _by_sku: Table[T] = field(default_factory=Table)
    _with_sku: Table[T] = field(default_factory=Table)
    _without_sku: Table[T] = field(default_factory=Table)
    _tabulated: int = 0
    _keys: dict[int, Key] = field(default_factory=dict)
    _found: dict[Key, T | None] = field(default_factory=dict)

    def enter(self, entry: T) -> None:
        """Add an entry at its place."""
        self._entries[entry.place] = entry
        skus, products, alone = entry.skus, entry.products, self._alone
        is_new = bool(skus or products)
        for names in (skus, products):
            for name in names:
                if name in alone:
                    is_new = False
        if not is_new or (self._tabulated and self._are_in_tables(skus, products)):
            self._join(skus, products)
            self._tabulate(entry)
            return
        for names in (skus, products):
            for name in names:
                alone[name] = entry

    def _are_in_tables(self, skus: Names, products: Names) -> bool:
        """Whether an entry in the tables has any of the names."""
        return (
            self._without_sku.has_any(products)
            or self._with_sku.has_any(products)
            or self._by_sku.has_any(skus)
        )

    def _join(self, skus: Names, products: Names) -> None:
        """Move the entries that share a name with these, and were alone, to the tables."""
        if not self._alone:
            return
        for name in (*skus, *products):
            entry = self._alone.get(name)
            if entry is not None:
                self._part(entry)
                self._tabulate(entry)

    def _part(self, entry: T) -> bool:
        """Let an entry be alone no longer; return whether it was."""
        alone, was_alone = self._alone, False
        for names in (entry.skus, entry.products):
            for name in names:
                if alone.get(name) is entry:
                    del alone[name]
                    was_alone = True
        return was_alone

    def _tabulate(self, entry: T) -> None:
        self._forget()
        self._tabulated += 1
        if entry.skus:
            self._by_sku.enter(entry.skus, entry)
            self._with_sku.enter(entry.products, entry)
        else:
            self._without_sku.enter(entry.products or _NAMELESS, entry)

    def remove(self, entry: T) -> None:
        """Remove an entry; those that remain keep their places."""
        del self._entries[entry.place]
        if self._part(entry):
            self._keys.pop(entry.place, None)
            return
        self._forget()
        self._tabulated -= 1
        if entry.skus:
            self._by_sku.remove(entry.skus, entry)
            self._with_sku.remove(entry.products, entry)
        else:
            self._without_sku.remove(entry.products or _NAMELESS, entry)

    def copy(self) -> "Index[T]":
        """Return an independent copy with the same entries."""
        tables = self._by_sku.copy(), self._with_sku.copy(), self._without_sku.copy()
        return Index(self._entries.copy(), self._alone.copy(), *tables, self._tabulated)

    def replace(self, entries: Sequence[T], others: Iterable[T]) -> None:
        """Replace some of the entries by others: those that remain, if fewer, are entered again."""
        if 2 * len(entries) < len(self._entries):
            for entry in entries:
                self.remove(entry)
        else:
            gone = {entry.place for entry in entries}
            others = [*(it for place, it in self._entries.items() if place not in gone), *others]
            self._entries.clear()
            self._alone.clear()
            self._tabulated = 0
            for table in (self._by_sku, self._with_sku, self._without_sku):
                table.clear()
            self._forget()
        for entry in others:
            self.enter(entry)

    def _forget(self) -> None:
        if self._keys:
            self._keys.clear()
        if self._found:
            self._found.clear()

    def group(self, skus: Names, products: Names) -> list[T]:
        """Return the entries that belong to those names, exact matches of SKU or product first."""
        only = self._only(skus, products)
        if only is not None:
            return [only]
        found = (self._own(skus, products), self._others(skus, products))
        return [self._entries[place] for part in found for place in part]

    def key(self, entry: T) -> Key:
        """Return the key that finds an entry until an entry is added or removed."""
        key = self._keys.get(entry.place)
        if key is None:
            skus, products, nth = entry.skus, entry.products, 0
            if self._only(skus, products) is None:
                nth = self._own(skus, products).position(entry.place)
            key = self._keys[entry.place] = Key(skus, products, nth)
        return key

    def keys(self, entries: Iterable[T]) -> tuple[Key, ...]:
        """Return the keys of several entries."""
        known = self._keys
        return tuple(known.get(entry.place) or self.key(entry) for entry in entries)

    def at(self, places: Iterable[int]) -> list[T]:
        """Return the entries at these places."""
        return list(map(self._entries.__getitem__, places))

    def of_product(self, name: str) -> Collection[int]:
        """Return the places of the entries whose product has that name."""
        only = self._alone.get(name)
        if only is not None and name in only.products:
            return (only.place,)
        skus, products = self._with_sku.named(name), self._without_sku.named(name)
        return skus.keys() | products.keys() if skus and products else skus or products

    def of_sku(self, name: str) -> Collection[int]:
        """Return the places of the entries whose SKU has that name."""
        only = self._alone.get(name)
        if only is not None and name in only.skus:
            return (only.place,)
        return self._by_sku.named(name)

    def names(self) -> set[str]:
        """Return the names of all products and SKUs."""
        tables = (self._by_sku, self._with_sku, self._without_sku)
        return set(self._alone).union(*(table.names() for table in tables)) - _NAMELESS

    def find(self, key: Key) -> T | None:
        """Return the entry that the key identifies, or None."""
        skus, products, occurrence = key
        only = self._only(skus, products)
        if only is not None:
            return None if occurrence else only
        if not self._tabulated:
            return None
        found = self._found.get(key)
        if found is None and key not in self._found:
            if len(self._found) >= _MOST_FOUND:
                self._found.clear()
            found = self._found[key] = self._find(key)
        return found

    def _only(self, skus: Names, products: Names) -> T | None:
        """Return the entry that has these names and is alone.

        Entries that are alone and share but some of the names are moved to the tables, which find
        them.
        """
        alone = self._alone
        for names in (skus, products):
            for name in names:
                only = alone.get(name)
                if only is None:
                    continue
                if only.skus == skus and only.products == products:
                    return only
                self._join(skus, products)
                return None
        return None

    def _find(self, key: Key) -> T | None:
        occurrence = key.occurrence
        for places in (self._own, self._others):
            part = places(key.skus, key.products)
            if part is NOWHERE:
                continue
            if occurrence < len(part):
                return self._entries[part.at(occurrence)]
            occurrence -= len(part)
        return None

    def _own(self, skus: Names, products: Names) -> Places:
        """Return the places of the exact matches."""
        if skus:
            return self._by_sku.places(skus)
        return self._without_sku.places(products or _NAMELESS)

    def _others(self, skus: Names, products: Names) -> Places:
        """Return the places of the others that belong to the names."""
        return self._without_sku.places(products) if skus else self._with_sku.places(products)

    def matching(self, skus: Names, products: Names) -> Iterable[T]:
        """Return the entries that belong to those names in no particular order, maybe repeated."""
        only = self._only(skus, products)
        return self._in_tables(skus, products) if only is None else (only,)

    def _in_tables(self, skus: Names, products: Names) -> Iterator[T]:
        if skus:
            yield from self._by_sku.entries(skus)
            yield from self._without_sku.entries(products)
        else:
            yield from self._without_sku.entries(products or _NAMELESS)
            yield from self._with_sku.entries(products)
