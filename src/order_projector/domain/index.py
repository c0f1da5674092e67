"""An index of lines by the names of their products and SKUs.

Two lines belong together where they share an SKU; where either names no SKU, where they share a
product; lines without any name belong together as well. Looking one up costs the same in a cart of
five hundred lines as in one of five.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

Names = frozenset[str]
_NAMELESS: Names = frozenset([""])


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
_Table = dict[str, dict[int, T]]


def _drop(table: _Table[T], name: str, place: int) -> None:
    del table[name][place]
    if not table[name]:
        del table[name]


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """All that belongs to one name, in sequence, and the position of each by its place."""

    entries: tuple[T, ...]
    occurrences: Mapping[int, int]


@dataclass(slots=True)
class Index(Generic[T]):
    """What was entered, by every name it has."""

    _by_sku: _Table[T] = field(default_factory=dict)
    _by_product: _Table[T] = field(default_factory=dict)
    _without_sku: _Table[T] = field(default_factory=dict)
    _groups: dict[tuple[Names, Names], Group[T]] = field(default_factory=dict)

    def enter(self, entry: T) -> None:
        """Add an entry at its place."""
        products = entry.products if entry.products or entry.skus else _NAMELESS
        for name in entry.skus:
            self._by_sku.setdefault(name, {})[entry.place] = entry
        for name in products:
            self._by_product.setdefault(name, {})[entry.place] = entry
            if not entry.skus:
                self._without_sku.setdefault(name, {})[entry.place] = entry
        self._groups.clear()

    def remove(self, entry: T) -> None:
        """Remove an entry; those that remain keep their places."""
        products = entry.products if entry.products or entry.skus else _NAMELESS
        for name in entry.skus:
            _drop(self._by_sku, name, entry.place)
        for name in products:
            _drop(self._by_product, name, entry.place)
            if not entry.skus:
                _drop(self._without_sku, name, entry.place)
        self._groups.clear()

    def group(self, skus: Names, products: Names) -> Group[T]:
        """The entries that belong to those names."""
        group = self._groups.get((skus, products))
        if group is None:
            found = {entry.place: entry for entry in self.matching(skus, products)}
            places = sorted(found) if len(found) > 1 else list(found)
            entries = tuple(found[place] for place in places)
            group = Group(entries, {place: nth for nth, place in enumerate(places)})
            self._groups[skus, products] = group
        return group

    def matching(self, skus: Names, products: Names) -> Iterable[T]:
        """The entries that belong to those names, in any sequence, some of them repeatedly."""
        for name in skus:
            yield from self._by_sku.get(name, {}).values()
        by_product = self._without_sku if skus else self._by_product
        for name in products if skus or products else _NAMELESS:
            yield from by_product.get(name, {}).values()

    def find(self, skus: Names, products: Names, occurrence: int) -> T | None:
        """The entry of those names and that occurrence (0-based), or None."""
        entries = self.group(skus, products).entries
        return entries[occurrence] if occurrence < len(entries) else None
