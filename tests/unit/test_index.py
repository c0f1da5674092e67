"""The index of lines answers as a walk over all of its entries does, whatever comes and goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

import pytest

from order_projector.domain.index import Index, Key
from tests.support.calls import calls_of

Names = frozenset[str]
SEEDS: Final = 400


@dataclass(slots=True)
class Entry:
    """An entry of an index."""

    place: int
    skus: Names
    products: Names


def named(place: int, products: str = "", skus: str = "") -> Entry:
    """Return an entry whose names have one letter each."""
    return Entry(place, frozenset(skus), frozenset(products))


def belonging(entries: dict[int, Entry], skus: Names, products: Names) -> list[Entry]:
    """Return the entries that belong to names, the exact matches first, by walking over all."""
    ordered = [entries[place] for place in sorted(entries)]
    by_product = [it for it in ordered if it.products & products]
    if skus:
        own = [it for it in ordered if it.skus & skus]
        return own + [it for it in by_product if not it.skus]
    nameless = [it for it in ordered if not (it.skus or it.products)]
    own = [it for it in by_product if not it.skus] if products else nameless
    return own + [it for it in by_product if it.skus]


class Histories:
    """A random history of an index, and of its copies, and what is asked of them in between."""

    def __init__(self, seed: int) -> None:
        """Start with one empty index."""
        self.random = Random(seed)
        self.letters = "abcdefgh"[: self.random.choice([3, 5, 8])]
        self.held: list[tuple[Index[Entry], dict[int, Entry]]] = [(Index(), {})]

    def names(self) -> Names:
        count = self.random.choices([0, 1, 2], [2, 5, 1])[0]
        return frozenset(self.random.choice(self.letters) for _ in range(count))

    def new(self, entries: dict[int, Entry], most: int) -> Iterator[Entry]:
        for place in self.random.sample(range(40), self.random.randrange(most)):
            if place not in entries:
                yield Entry(place, self.names(), self.names())

    def change(self) -> None:
        index, entries = self.random.choice(self.held)
        match self.random.randrange(6):
            case 0 | 1 | 2:
                for entry in self.new(entries, 3):
                    index.enter(entry)
                    entries[entry.place] = entry
            case 3 if entries:
                index.remove(entries.pop(self.random.choice(sorted(entries))))
            case 4:
                some = self.random.sample(sorted(entries), self.random.randrange(len(entries) + 1))
                gone, new = [entries.pop(place) for place in some], list(self.new(entries, 4))
                index.replace(gone, new)
                entries |= {entry.place: entry for entry in new}
            case _:
                self.held.append((index.copy(), dict(entries)))

    def ask(self) -> None:
        index, entries = self.random.choice(self.held)
        skus, products = self.names(), self.names()
        if entries and self.random.random() < 0.6:
            entry = self.random.choice(list(entries.values()))
            skus, products = entry.skus, entry.products
        there = belonging(entries, skus, products)
        nth = self.random.randrange(3)
        match self.random.randrange(5):
            case 0:
                expected = there[nth] if nth < len(there) else None
                assert index.find(Key(skus, products, nth)) is expected
            case 1:
                assert index.group(skus, products) == there
            case 2:
                assert {it.place for it in index.matching(skus, products)} == {
                    it.place for it in there
                }
            case 3:
                each = list(entries.values())
                keys = index.keys(each)
                assert list(keys) == [index.key(entry) for entry in each]
                assert [index.find(key) for key in keys] == each
            case _:
                self.ask_for_a_name(index, entries)

    def ask_for_a_name(self, index: Index[Entry], entries: dict[int, Entry]) -> None:
        name = self.random.choice(self.letters)
        each = entries.values()
        assert set(index.of_product(name)) == {it.place for it in each if name in it.products}
        assert set(index.of_sku(name)) == {it.place for it in each if name in it.skus}
        assert index.names() == {one for it in each for one in it.skus | it.products}


def test_it_answers_as_a_walk_over_all_entries_does_whatever_comes_and_goes() -> None:
    for seed in range(SEEDS):
        histories = Histories(seed)
        for _ in range(60):
            histories.change()
            histories.ask()


def test_what_a_key_does_not_find_it_finds_once_an_entry_of_that_name_comes() -> None:
    index = Index[Entry]()
    key = Key(frozenset(), frozenset("a"))
    assert index.find(key) is None
    index.enter(named(0, "b"))
    index.enter(named(1, "b"))
    assert index.find(key) is None
    index.enter(mug := named(2, "a"))
    assert index.find(key) is mug
    index.remove(mug)
    assert index.find(key) is None


def test_an_entry_before_one_of_its_names_changes_the_occurrence_of_that_one() -> None:
    index = Index[Entry]()
    index.enter(last := named(5, "a"))
    assert index.key(last).occurrence == 0
    index.enter(first := named(3, "a"))
    assert [index.key(entry).occurrence for entry in (first, last)] == [0, 1]
    index.remove(first)
    assert index.key(last).occurrence == 0


def test_the_key_of_a_place_is_that_of_the_entry_that_has_it_now() -> None:
    index = Index[Entry]()
    index.enter(mug := named(0, "a"))
    assert index.key(mug).products == frozenset("a")
    index.remove(mug)
    index.enter(cup := named(0, "b"))
    assert index.key(cup).products == frozenset("b")


def test_a_name_of_a_product_finds_no_entry_whose_sku_has_it() -> None:
    index = Index[Entry]()
    index.enter(by_sku := named(0, "", "a"))
    assert list(index.of_product("a")) == []
    assert index.find(Key(frozenset(), frozenset("a"))) is None
    index.enter(by_product := named(1, "a"))
    assert list(index.of_product("a")) == [1]
    assert list(index.of_sku("a")) == [0]
    assert index.find(Key(frozenset(), frozenset("a"))) is by_product
    assert index.find(Key(frozenset("a"), frozenset())) is by_sku


@pytest.mark.parametrize("there", [0, 1_000])
def test_an_entry_that_shares_no_name_comes_and_goes_for_a_few_calls(there: int) -> None:
    index = Index[Entry]()
    for place in range(there):
        index.enter(Entry(place, frozenset(), frozenset([f"p{place}"])))
    entry = named(there, "q")

    def come_and_go() -> None:
        index.enter(entry)
        assert index.find(index.key(entry)) is entry
        index.remove(entry)

    assert calls_of(come_and_go) < 30


def test_only_so_many_keys_are_remembered_with_what_they_find() -> None:
    index = Index[Entry]()
    index.enter(mug := named(0, "a"))
    index.enter(named(1, "a"))
    for occurrence in range(10_000):
        index.find(Key(frozenset(), frozenset("a"), occurrence))
    assert index._tables is not None
    assert len(index._tables._found) < 5_000
    assert index.find(Key(frozenset(), frozenset("a"))) is mug
