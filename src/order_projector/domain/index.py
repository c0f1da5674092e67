"""An index of lines by the names of their products and SKUs.

Two lines belong together where they share an SKU; where either names no SKU, where they share a
product; lines without any name belong together as well. Of an SKU its own lines come before those
that name its product alone, and of a product those that name it alone before those of its SKUs.
Looking one up costs the same in a cart of five hundred lines as in one of five, whatever names they
share.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

Names = frozenset[str]
_NAMELESS: Final[Names] = frozenset([""])


class Key(NamedTuple):
    """Which line is meant: its names, and which of those that have them (0-based)."""

    skus: Names
    products: Names
    occurrence: int = 0


class Named(Protocol):
    """Something with names; ``place`` orders what is in an index, and is its own there."""

    place: int

    @property
    def skus(self) -> Names:
        """Every name of its SKU."""

    @property
    def products(self) -> Names:
        """Every name of its product."""


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class _Places:
    """Places in sequence: those of the name that has most, and between them the ``others``.

    ``positions`` are those of the others in the whole. Lines that share one name and have another
    each so share one long sequence, and have a short one each.
    """

    most: Sequence[int]
    others: Sequence[int]
    positions: Sequence[int]

    def __len__(self) -> int:
        return len(self.most) + len(self.others)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted((*self.most, *self.others)) if self.others else self.most)

    def at(self, position: int) -> int:
        """The place at that position."""
        nth = bisect_left(self.positions, position)
        if nth < len(self.positions) and self.positions[nth] == position:
            return self.others[nth]
        return self.most[position - nth]

    def position(self, place: int) -> int:
        """How many places come before that one."""
        return bisect_left(self.most, place) + bisect_left(self.others, place)


_NOWHERE: Final = _Places((), (), ())


@dataclass(slots=True)
class _Table(Generic[T]):
    """What was entered, by name; places in sequence are kept until something changes."""

    _by_name: dict[str, dict[int, T]] = field(default_factory=dict)
    _sorted: dict[str, Sequence[int]] = field(default_factory=dict)
    _places: dict[Names, _Places] = field(default_factory=dict)

    def enter(self, names: Names, entry: T) -> None:
        for name in names:
            self._by_name.setdefault(name, {})[entry.place] = entry
            self._sorted.pop(name, None)
        self._places.clear()

    def remove(self, names: Names, entry: T) -> None:
        for name in names:
            del self._by_name[name][entry.place]
            if not self._by_name[name]:
                del self._by_name[name]
            self._sorted.pop(name, None)
        self._places.clear()

    def entries(self, names: Names) -> Iterable[T]:
        """The entries of those names in any sequence, some of them repeatedly."""
        for name in names:
            if held := self._by_name.get(name):
                yield from held.values()

    def places(self, names: Names) -> _Places:
        """The places of the entries of those names."""
        places = self._places.get(names)
        if places is None:
            places = self._places[names] = self._merged(names)
        return places

    def _merged(self, names: Names) -> _Places:
        known = [name for name in names if name in self._by_name]
        if not known:
            return _NOWHERE
        longest = max(known, key=lambda name: len(self._by_name[name]))
        if longest not in self._sorted:
            self._sorted[longest] = sorted(self._by_name[longest])
        most, there = self._sorted[longest], self._by_name[longest].keys()
        if len(known) == 1:
            return _Places(most, (), ())
        rest = set[int]()
        for name in known:
            if name != longest:
                rest |= self._by_name[name].keys() - there
        others = sorted(rest)
        return _Places(most, others, [n + bisect_left(most, at) for n, at in enumerate(others)])


@dataclass(slots=True)
class Index(Generic[T]):
    """What was entered, by every name it has; keys are kept until something changes."""

    _entries: dict[int, T] = field(default_factory=dict)
    _by_sku: _Table[T] = field(default_factory=_Table)
    _with_sku: _Table[T] = field(default_factory=_Table)
    _without_sku: _Table[T] = field(default_factory=_Table)
    _keys: dict[int, Key] = field(default_factory=dict)

    def enter(self, entry: T) -> None:
        """Add an entry at its place."""
        self._entries[entry.place] = entry
        self._keys.clear()
        if entry.skus:
            self._by_sku.enter(entry.skus, entry)
            self._with_sku.enter(entry.products, entry)
        else:
            self._without_sku.enter(entry.products or _NAMELESS, entry)

    def remove(self, entry: T) -> None:
        """Remove an entry; those that remain keep their places."""
        del self._entries[entry.place]
        self._keys.clear()
        if entry.skus:
            self._by_sku.remove(entry.skus, entry)
            self._with_sku.remove(entry.products, entry)
        else:
            self._without_sku.remove(entry.products or _NAMELESS, entry)

    def group(self, skus: Names, products: Names) -> list[T]:
        """The entries that belong to those names, the very ones of the SKU or product first."""
        found = self._places(skus, products)
        return [self._entries[place] for part in found for place in part]

    def key(self, entry: T) -> Key:
        """What finds an entry as long as nothing changes."""
        key = self._keys.get(entry.place)
        if key is None:
            own, _ = self._places(entry.skus, entry.products)
            key = Key(entry.skus, entry.products, own.position(entry.place))
            self._keys[entry.place] = key
        return key

    def find(self, key: Key) -> T | None:
        """The entry that a key means, or None."""
        occurrence = key.occurrence
        for part in self._places(key.skus, key.products):
            if occurrence < len(part):
                return self._entries[part.at(occurrence)]
            occurrence -= len(part)
        return None

    def _places(self, skus: Names, products: Names) -> tuple[_Places, _Places]:
        """Where the very ones of the SKU or product are, and the others that belong to it."""
        if skus:
            return self._by_sku.places(skus), self._without_sku.places(products)
        own = self._without_sku.places(products or _NAMELESS)
        return own, self._with_sku.places(products)

    def matching(self, skus: Names, products: Names) -> Iterable[T]:
        """The entries that belong to those names, in any sequence, some of them repeatedly."""
        if skus:
            yield from self._by_sku.entries(skus)
            yield from self._without_sku.entries(products)
        else:
            yield from self._without_sku.entries(products or _NAMELESS)
            yield from self._with_sku.entries(products)
