"""An index of lines by the names of their products and SKUs.

Two lines belong together if they share an SKU or, if either names no SKU, a product; lines without
any name belong together as well. Among the lines of an SKU, its own come before those that name
only its product; among those of a product, the ones that name only the product come before those of
its SKUs. A lookup costs the same in a cart of five hundred lines as in one of five, whatever
names they share.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

Names = frozenset[str]
_NAMELESS: Final[Names] = frozenset([""])


class Key(NamedTuple):
    """The names of a line, and its occurrence (0-based) among the lines that have them."""

    skus: Names
    products: Names
    occurrence: int = 0


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
class _Places:
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


_NOWHERE: Final = _Places((), (), ())


@dataclass(slots=True)
class _Table(Generic[T]):
    """Entries by name; sorted places are cached until an entry is added or removed."""

    _by_name: dict[str, dict[int, T]] = field(default_factory=dict)
    _sorted: dict[str, Sequence[int]] = field(default_factory=dict)
    _places: dict[Names, _Places] = field(default_factory=dict)

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

    def clear(self) -> None:
        """Forget all entries."""
        self._by_name.clear()
        self._sorted.clear()
        self._places.clear()

    def copy(self) -> "_Table[T]":
        """Return an independent copy with the same entries."""
        by_name = {name: held.copy() for name, held in self._by_name.items()}
        return _Table(by_name, self._sorted.copy())

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

    def places(self, names: Names) -> _Places:
        """Return the places of the entries of those names."""
        if self._by_name.keys().isdisjoint(names):
            return _NOWHERE
        places = self._places.get(names)
        if places is None:
            places = self._places[names] = self._merged(names)
        return places

    def _merged(self, names: Names) -> _Places:
        known = [name for name in names if name in self._by_name]
        if len(known) == 1:
            return _Places(self._sorted_places(known[0]), (), ())
        longest = max(known, key=lambda name: len(self._by_name[name]))
        most, there = self._sorted_places(longest), self._by_name[longest].keys()
        rest = set[int]()
        for name in known:
            if name != longest:
                rest |= self._by_name[name].keys() - there
        others = sorted(rest)
        return _Places(most, others, [n + bisect_left(most, at) for n, at in enumerate(others)])

    def _sorted_places(self, name: str) -> Sequence[int]:
        if name not in self._sorted:
            self._sorted[name] = sorted(self._by_name[name])
        return self._sorted[name]


@dataclass(slots=True)
class Index(Generic[T]):
    """Entries by each of their names.

    Keys, and what they find, are cached until an entry is added or removed.
    """

    _entries: dict[int, T] = field(default_factory=dict)
    _by_sku: _Table[T] = field(default_factory=_Table)
    _with_sku: _Table[T] = field(default_factory=_Table)
    _without_sku: _Table[T] = field(default_factory=_Table)
    _keys: dict[int, Key] = field(default_factory=dict)
    _found: dict[Key, T | None] = field(default_factory=dict)

    def enter(self, entry: T) -> None:
        """Add an entry at its place."""
        self._entries[entry.place] = entry
        self._forget()
        if entry.skus:
            self._by_sku.enter(entry.skus, entry)
            self._with_sku.enter(entry.products, entry)
        else:
            self._without_sku.enter(entry.products or _NAMELESS, entry)

    def remove(self, entry: T) -> None:
        """Remove an entry; those that remain keep their places."""
        del self._entries[entry.place]
        self._forget()
        if entry.skus:
            self._by_sku.remove(entry.skus, entry)
            self._with_sku.remove(entry.products, entry)
        else:
            self._without_sku.remove(entry.products or _NAMELESS, entry)

    def copy(self) -> "Index[T]":
        """Return an independent copy with the same entries."""
        tables = self._by_sku.copy(), self._with_sku.copy(), self._without_sku.copy()
        return Index(self._entries.copy(), *tables)

    def replace(self, entries: Sequence[T], others: Iterable[T]) -> None:
        """Replace some of the entries by others: those that remain, if fewer, are entered again."""
        if 2 * len(entries) < len(self._entries):
            for entry in entries:
                self.remove(entry)
        else:
            gone = {entry.place for entry in entries}
            others = [*(it for place, it in self._entries.items() if place not in gone), *others]
            self._entries.clear()
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
        found = (self._own(skus, products), self._others(skus, products))
        return [self._entries[place] for part in found for place in part]

    def key(self, entry: T) -> Key:
        """Return the key that finds an entry until an entry is added or removed."""
        key = self._keys.get(entry.place)
        if key is None:
            own = self._own(entry.skus, entry.products)
            key = Key(entry.skus, entry.products, own.position(entry.place))
            self._keys[entry.place] = key
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
        skus, products = self._with_sku.named(name), self._without_sku.named(name)
        return skus.keys() | products.keys() if skus and products else skus or products

    def of_sku(self, name: str) -> Collection[int]:
        """Return the places of the entries whose SKU has that name."""
        return self._by_sku.named(name)

    def names(self) -> set[str]:
        """Return the names of all products and SKUs."""
        tables = (self._by_sku, self._with_sku, self._without_sku)
        return set().union(*(table.names() for table in tables)) - _NAMELESS

    def find(self, key: Key) -> T | None:
        """Return the entry that the key identifies, or None."""
        found = self._found.get(key)
        if found is None and key not in self._found:
            found = self._found[key] = self._find(key)
        return found

    def _find(self, key: Key) -> T | None:
        occurrence = key.occurrence
        for places in (self._own, self._others):
            part = places(key.skus, key.products)
            if part is _NOWHERE:
                continue
            if occurrence < len(part):
                return self._entries[part.at(occurrence)]
            occurrence -= len(part)
        return None

    def _own(self, skus: Names, products: Names) -> _Places:
        """Return the places of the exact matches."""
        if skus:
            return self._by_sku.places(skus)
        return self._without_sku.places(products or _NAMELESS)

    def _others(self, skus: Names, products: Names) -> _Places:
        """Return the places of the others that belong to the names."""
        return self._without_sku.places(products) if skus else self._with_sku.places(products)

    def matching(self, skus: Names, products: Names) -> Iterable[T]:
        """Yield the entries that belong to those names in no particular order, maybe repeatedly."""
        if skus:
            yield from self._by_sku.entries(skus)
            yield from self._without_sku.entries(products)
        else:
            yield from self._without_sku.entries(products or _NAMELESS)
            yield from self._with_sku.entries(products)
