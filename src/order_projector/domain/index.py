"""An index of lines by the names of their products and SKUs.

Two lines belong together if they share an SKU or, if either names no SKU, a product; lines without
any name belong together as well. Among the lines of an SKU, its own come before those that name
only its product; among those of a product, the ones that name only the product come before those of
its SKUs. A lookup costs the same in a cart of five hundred lines as in one of five, whatever
names they share.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple

from order_projector.domain.tables import Names, T, Tables


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
    what their names alone find; most carts never need any. Keys are cached until an entry is added
    to the tables or removed.
    """

    _entries: dict[int, T] = field(default_factory=dict)
    _alone: dict[str, T] = field(default_factory=dict)
    _tables: Tables[T] | None = None
    _keys: dict[int, Key] = field(default_factory=dict)

    def enter(self, entry: T) -> None:
        """Add an entry at its place."""
        self._entries[entry.place] = entry
        skus, products, alone = entry.skus, entry.products, self._alone
        is_new = bool(skus or products)
        for names in (skus, products):
            for name in names:
                if name in alone:
                    is_new = False
        tables = self._tables
        if not is_new or (tables and tables.count and tables.have_any(skus, products)):
            self._join(skus, products)
            self._tabulate(entry)
            return
        for names in (skus, products):
            for name in names:
                alone[name] = entry

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
        """Mark an entry as one of several; return whether it was alone."""
        alone, was_alone = self._alone, False
        for names in (entry.skus, entry.products):
            for name in names:
                if alone.get(name) is entry:
                    del alone[name]
                    was_alone = True
        return was_alone

    def _tabulate(self, entry: T) -> None:
        self._keys.clear()
        self._made_tables().enter(entry)

    def _made_tables(self) -> Tables[T]:
        """Return the tables, which are made where the first entry needs them."""
        if self._tables is None:
            self._tables = Tables(self._entries)
        return self._tables

    def remove(self, entry: T) -> None:
        """Remove an entry; those that remain keep their places."""
        del self._entries[entry.place]
        if self._part(entry):
            self._keys.pop(entry.place, None)
            return
        self._keys.clear()
        self._made_tables().remove(entry)

    def copy(self) -> "Index[T]":
        """Return an independent copy with the same entries."""
        entries = self._entries.copy()
        return Index(entries, self._alone.copy(), self._tables and self._tables.copy(entries))

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
            self._tables = None
            self._keys.clear()
        for entry in others:
            self.enter(entry)

    def group(self, skus: Names, products: Names) -> list[T]:
        """Return the entries that belong to those names, exact matches of SKU or product first."""
        only = self._only(skus, products)
        if only is not None:
            return [only]
        if (tables := self._tables) is None:
            return []
        found = (tables.own(skus, products), tables.others(skus, products))
        return [self._entries[place] for part in found for place in part]

    def key(self, entry: T) -> Key:
        """Return the key that finds an entry until an entry is added or removed."""
        key = self._keys.get(entry.place)
        if key is None:
            skus, products, nth = entry.skus, entry.products, 0
            if self._only(skus, products) is None:
                nth = self._made_tables().own(skus, products).position(entry.place)
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
        return () if self._tables is None else self._tables.of_product(name)

    def of_sku(self, name: str) -> Collection[int]:
        """Return the places of the entries whose SKU has that name."""
        only = self._alone.get(name)
        if only is not None and name in only.skus:
            return (only.place,)
        return () if self._tables is None else self._tables.of_sku(name)

    def names(self) -> set[str]:
        """Return the names of all products and SKUs."""
        return set(self._alone) if self._tables is None else self._tables.names() | {*self._alone}

    def find(self, key: Key) -> T | None:
        """Return the entry that the key identifies, or None."""
        skus, products, occurrence = key
        only = self._only(skus, products)
        if only is not None:
            return None if occurrence else only
        tables = self._tables
        return None if tables is None or not tables.count else tables.find(key)

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

    def matching(self, skus: Names, products: Names) -> Iterable[T]:
        """Return the entries that belong to those names in no particular order, maybe repeated."""
        only = self._only(skus, products)
        if only is not None:
            return (only,)
        return () if self._tables is None else self._tables.matching(skus, products)
