"""The JSON form of a cart, with all that is in force, for a checkpoint of the fold.

Lines, and the keys that find them, are written once each, in tables. What follows from the rest
(sums, indexes, memos) is left out. `FIELDS` names all that each class has: one that changes needs a
look here, and another `FORM`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import orjson

from order_projector.domain.cart import Cart
from order_projector.domain.in_force import InForce, LineTotals
from order_projector.domain.index import Key
from order_projector.domain.lines import (
    Added,
    CartLine,
    Contribution,
    Line,
    LineContribution,
    Totals,
)

FIELDS: Final[Mapping[type, frozenset[str]]] = {
    Cart: frozenset({"lines", "stated_amount", "discrepancy", "order_discounts", "lists_amounts"})
    | {"_in_force", "_is_renumbered", "_may_have_orphans"}
    | {"_summed_up", "_taken_off", "memo", "index"},
    CartLine: frozenset({"line", "added_by_discount", "totals", "place", "skus", "products"})
    | {"quantity", "amount"},
    Totals: frozenset({"discount", "quantity", "amount", "covered", "calculated"})
    | {"unit_effects", "holder_count", "touch_units"},
    InForce: frozenset({"next", "_next_place", "_by_key", "_with_new_line"})
    | {"_index", "_last_keys", "_last_found"},
    LineTotals: frozenset({"key", "count", "totals", "entry", "new_lines", "added", "place"})
    | {"rank"},
    Contribution: frozenset({"order_discount", "lines", "keys", "cents"}),
}
"""The fields of the classes that are written and read here member by member."""

Json = dict[str, Any]
_LINE: Final = tuple(each.name for each in fields(Line))


@dataclass(slots=True)
class Tables:
    """Lines and keys by number, as they are met."""

    lines: dict[bytes, int] = field(default_factory=dict)
    keys: dict[Key, int] = field(default_factory=dict)

    def line(self, line: Line) -> int:
        """Return the number of a line."""
        named = [(name, value) for name in _LINE if (value := getattr(line, name)) is not None]
        return self.lines.setdefault(orjson.dumps(dict(named)), len(self.lines))

    def key(self, key: Key) -> int:
        """Return the number of a key."""
        return self.keys.setdefault(key, len(self.keys))

    def written(self) -> Json:
        """Return the tables as JSON."""
        return {
            "lines": [orjson.Fragment(text) for text in self.lines],
            "keys": [[sorted(skus), sorted(products), nth] for skus, products, nth in self.keys],
        }


@dataclass(frozen=True, slots=True)
class ReadTables:
    """Lines and keys by number."""

    lines: list[Line]
    keys: list[Key]

    @classmethod
    def of(cls, tables: Json) -> "ReadTables":
        """Read what `Tables.written` wrote."""
        return cls(
            [Line(**line) for line in tables["lines"]],
            [
                Key(frozenset(skus), frozenset(products), nth)
                for skus, products, nth in tables["keys"]
            ],
        )


def write_contribution(contribution: Contribution, tables: Tables) -> list[Any]:
    """Return the JSON form of a contribution."""
    lines = [
        [tables.key(key), *amounts, None if new is None else tables.line(new), calculated]
        for key, *amounts, new, calculated in contribution.lines
    ]
    keys = [tables.key(key) for key in contribution.keys]
    return [contribution.order_discount, lines, keys, contribution.cents]


def read_contribution(form: list[Any], tables: ReadTables) -> Contribution:
    """Return the contribution of a JSON form."""
    order_discount, lines, keys, cents = form
    return Contribution(
        order_discount,
        tuple(_read_line_contribution(line, tables) for line in lines),
        tuple(tables.keys[key] for key in keys),
        tuple(cents),
    )


def _read_line_contribution(form: list[Any], tables: ReadTables) -> LineContribution:
    key, *amounts, new, calculated = form
    line = None if new is None else tables.lines[new]
    return LineContribution._make((tables.keys[key], *amounts, line, calculated))


def write_cart(cart: Cart, tables: Tables) -> Json:
    """Return the JSON form of a cart."""
    sums = cart._in_force
    return {
        "stated_amount": cart.stated_amount,
        "discrepancy": cart.discrepancy,
        "order_discounts": cart.order_discounts,
        "lists_amounts": cart.lists_amounts,
        "is_renumbered": cart._is_renumbered,
        "may_have_orphans": cart._may_have_orphans,
        "lines": [_write_entry(entry, tables) for entry in cart.lines],
        "next": [sums.next, sums._next_place],
        "sums": [_write_sums(each, tables) for each in sums._by_key.values()],
        "with_new_line": list(sums._with_new_line),
    }


def read_cart(form: Json, tables: ReadTables) -> Cart:
    """Return the cart of a JSON form."""
    cart = Cart(
        [_read_entry(entry, tables) for entry in form["lines"]],
        form["stated_amount"],
        form["discrepancy"],
        form["order_discounts"],
        form["lists_amounts"],
    )
    for entry in cart.lines:
        cart.index.enter(entry)
    cart._is_renumbered, cart._may_have_orphans = form["is_renumbered"], form["may_have_orphans"]
    entries = {entry.place: entry for entry in cart.lines}
    sums = cart._in_force = InForce()
    sums.next, sums._next_place = form["next"]
    for each in form["sums"]:
        read = _read_sums(each, tables, entries)
        sums._by_key[read.key] = read
        sums._index.enter(read)
    by_place = {read.place: read for read in sums._by_key.values()}
    sums._with_new_line = {place: by_place[place] for place in form["with_new_line"]}
    return cart


def _write_entry(entry: CartLine, tables: Tables) -> list[Any]:
    """Write a line; its names only if they are those of an earlier version of it."""
    line, names = entry.line, None
    if (entry.skus, entry.products) != (line.skus(), line.products()):
        names = [sorted(entry.skus), sorted(entry.products)]
    totals = _write_totals(entry.totals)
    return [tables.line(line), entry.added_by_discount, entry.place, totals, names]


def _read_entry(form: list[Any], tables: ReadTables) -> CartLine:
    line, is_added, place, totals, names = form
    entry = CartLine(tables.lines[line], is_added, _read_totals(totals), place)
    if names is not None:
        entry.skus, entry.products = map(frozenset, names)
    return entry


def _write_totals(totals: Totals) -> list[Any]:
    if not totals.touch_units:
        return [totals.discount, totals.unit_effects, totals.holder_count]
    units = [totals.quantity, totals.amount, totals.covered, *totals.calculated]
    return [totals.discount, totals.unit_effects, totals.holder_count, units]


def _read_totals(form: list[Any]) -> Totals:
    discount, unit_effects, holder_count, *touched = form
    totals = Totals(discount, unit_effects=unit_effects, holder_count=holder_count)
    if touched:
        totals.quantity, totals.amount, totals.covered, *calculated = touched[0]
        totals.calculated, totals.touch_units = Added(*calculated), True
    return totals


def _write_sums(sums: LineTotals, tables: Tables) -> list[Any]:
    return [
        tables.key(sums.key),
        sums.count,
        _write_totals(sums.totals),
        None if sums.entry is None else sums.entry.place,
        [[redemption, tables.line(line)] for redemption, line in sums.new_lines.items()],
        list(sums.added),
        sums.place,
        sums.rank,
    ]


def _read_sums(form: list[Any], tables: ReadTables, entries: Mapping[int, CartLine]) -> LineTotals:
    key, count, totals, entry, new_lines, added, place, rank = form
    return LineTotals(
        tables.keys[key],
        count,
        _read_totals(totals),
        None if entry is None else entries[entry],
        {redemption: tables.lines[line] for redemption, line in new_lines},
        dict.fromkeys(added),
        place,
        rank,
    )
