"""Entries by name, and their places in the order of an index.

Sorted places are computed where they are asked for, and kept until an entry of one of those names
is added or removed.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

Names = frozenset[str]


class Named(Protocol):
    """Something with names; ``place`` is its unique position in the order of an index."""

    place: int

    @property
    def skus(self) -> Names:
        """Every name of the SKU."""

    @property
    def products(self) -> Names:
        """Every name of the product."""


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Places:
    """Sorted places: those of the most frequent name (``most``), and the ``others`` among them.

    ``positions`` are the positions of the others in the merged order. Lines that share one name and
    each have another thus share one long list and have one short list each, which keeps an index
    of such lines linear in their number.
    """

    most: Sequence[int]
    others: Sequence[int]
    positions: Sequence[int]

    def __len__(self) -> int:
        return len(self.most) + len(self.others)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted((*self.most, *self.others)) if self.others else self.most)

    def at(self, position: int) -> int:
        """Return the place at that position of the merged order."""
        nth = bisect_left(self.positions, position)
        if nth < len(self.positions) and self.positions[nth] == position:
            return self.others[nth]
        return self.most[position - nth]

    def position(self, place: int) -> int:
        """Return how many places come before this one."""
        return bisect_left(self.most, place) + bisect_left(self.others, place)


NOWHERE: Final = Places((), (), ())
NAMELESS: Final[Names] = frozenset([""])
_MOST_FOUND: Final = 4_096
"""Keys of which tables remember what they find."""


@dataclass(slots=True)
class Table(Generic[T]):
    """Entries by name; sorted places are cached until an entry is added or removed."""

    _by_name: dict[str, dict[int, T]] = field(default_factory=dict)
    _sorted: dict[str, Sequence[int]] = field(default_factory=dict)
    _places: dict[Names, Places] = field(default_factory=dict)

    def enter(self, names: Names, entry: T) -> None:
        by_name = self._by_name
        for name in names:
            if name in by_name:
                by_name[name][entry.place] = entry
                self._sorted.pop(name, None)
            else:
                by_name[name] = {entry.place: entry}
        if self._places:
            self._places.clear()

    def remove(self, names: Names, entry: T) -> None:
        for name in names:
            del self._by_name[name][entry.place]
            if not self._by_name[name]:
                del self._by_name[name]
            self._sorted.pop(name, None)
        self._places.clear()

    def copy(self) -> "Table[T]":
        """Return an independent copy with the same entries."""
        by_name = {name: held.copy() for name, held in self._by_name.items()}
        return Table(by_name, self._sorted.copy())

    def has_any(self, names: Names) -> bool:
        """Whether an entry has any of the names."""
        return not self._by_name.keys().isdisjoint(names)

    def entries(self, names: Names) -> Iterable[T]:
        """Yield the entries of those names in no particular order, possibly more than once."""
        for name in names:
            if held := self._by_name.get(name):
                yield from held.values()

    def names(self) -> Iterable[str]:
        """Return all names."""
        return self._by_name.keys()

    def named(self, name: str) -> Mapping[int, T]:
        """Return the entries of one name, by place in no particular order."""
        return self._by_name.get(name, {})

    def places(self, names: Names) -> Places:
        """Return the places of the entries of those names."""
        if self._by_name.keys().isdisjoint(names):
            return NOWHERE
        places = self._places.get(names)
        if places is None:
            places = self._places[names] = self._merged(names)
        return places

    def _merged(self, names: Names) -> Places:
        known = [name for name in names if name in self._by_name]
        if len(known) == 1:
            return Places(self._sorted_places(known[0]), (), ())
        longest = max(known, key=lambda name: len(self._by_name[name]))
        most, there = self._sorted_places(longest), self._by_name[longest].keys()
        rest = set[int]()
        for name in known:
            if name != longest:
                rest |= self._by_name[name].keys() - there
        others = sorted(rest)
        return Places(most, others, [n + bisect_left(most, at) for n, at in enumerate(others)])

    def _sorted_places(self, name: str) -> Sequence[int]:
        if name not in self._sorted:
            self._sorted[name] = sorted(self._by_name[name])
        return self._sorted[name]


@dataclass(slots=True)
class Tables(Generic[T]):
    """The entries that share a name with another: by SKU, and by product with an SKU or without.

    ``entries`` are all of the index, by place; ``count`` is the number of those in the tables. What
    keys find is cached until an entry is added or removed.
    """

    entries: Mapping[int, T]
    count: int = 0
    _by_sku: Table[T] = field(default_factory=Table)
    _with_sku: Table[T] = field(default_factory=Table)
    _without_sku: Table[T] = field(default_factory=Table)
    _found: dict[tuple[Names, Names, int], T | None] = field(default_factory=dict)

    def enter(self, entry: T) -> None:
        """Add an entry."""
        self._found.clear()
        self.count += 1
        if entry.skus:
            self._by_sku.enter(entry.skus, entry)
            self._with_sku.enter(entry.products, entry)
        else:
            self._without_sku.enter(entry.products or NAMELESS, entry)

    def remove(self, entry: T) -> None:
        """Remove an entry."""
        self._found.clear()
        self.count -= 1
        if entry.skus:
            self._by_sku.remove(entry.skus, entry)
            self._with_sku.remove(entry.products, entry)
        else:
            self._without_sku.remove(entry.products or NAMELESS, entry)

    def copy(self, entries: Mapping[int, T]) -> "Tables[T]":
        """Return an independent copy for a copied index."""
        tables = self._by_sku.copy(), self._with_sku.copy(), self._without_sku.copy()
        return Tables(entries, self.count, *tables)

    def have_any(self, skus: Names, products: Names) -> bool:
        """Whether an entry has any of the names."""
        return (
            self._without_sku.has_any(products)
            or self._with_sku.has_any(products)
            or self._by_sku.has_any(skus)
        )

    def names(self) -> set[str]:
        """Return the names of all products and SKUs."""
        tables = (self._by_sku, self._with_sku, self._without_sku)
        return set().union(*(table.names() for table in tables)) - NAMELESS

    def of_product(self, name: str) -> Collection[int]:
        """Return the places of the entries whose product has that name."""
        skus, products = self._with_sku.named(name), self._without_sku.named(name)
        return skus.keys() | products.keys() if skus and products else skus or products

    def of_sku(self, name: str) -> Collection[int]:
        """Return the places of the entries whose SKU has that name."""
        return self._by_sku.named(name)

    def own(self, skus: Names, products: Names) -> Places:
        """Return the places of the exact matches."""
        if skus:
            return self._by_sku.places(skus)
        return self._without_sku.places(products or NAMELESS)

    def others(self, skus: Names, products: Names) -> Places:
        """Return the places of the others that belong to the names."""
        return self._without_sku.places(products) if skus else self._with_sku.places(products)

    def matching(self, skus: Names, products: Names) -> Iterator[T]:
        """Yield the entries that belong to those names in no particular order, maybe repeated."""
        if skus:
            yield from self._by_sku.entries(skus)
            yield from self._without_sku.entries(products)
        else:
            yield from self._without_sku.entries(products or NAMELESS)
            yield from self._with_sku.entries(products)

    def find(self, key: tuple[Names, Names, int]) -> T | None:
        """Return the entry that names and an occurrence (0-based) identify, or None."""
        found = self._found.get(key)
        if found is None and key not in self._found:
            if len(self._found) >= _MOST_FOUND:
                self._found.clear()
            found = self._found[key] = self._find(*key)
        return found

    def _find(self, skus: Names, products: Names, occurrence: int) -> T | None:
        for places in (self.own, self.others):
            part = places(skus, products)
            if part is NOWHERE:
                continue
            if occurrence < len(part):
                return self.entries[part.at(occurrence)]
            occurrence -= len(part)
        return None
