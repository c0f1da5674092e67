"""Which lines a discount covers, in which order, and how many units of each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.fuzz.history.arithmetic import half_up
from tests.fuzz.history.books import Books, OrderLine
from tests.fuzz.history.offers import Target


@dataclass(frozen=True, slots=True)
class Covered:
    """A covered line, the targets that name it, and the number of its individually chosen units."""

    line: OrderLine
    targets: tuple[Target, ...] = ()
    chosen: int | None = None

    @property
    def quantity(self) -> int:
        """The line's units; a line with only an amount counts as one unit."""
        return max(1, self.line.quantity)

    @property
    def limits(self) -> list[int]:
        """Every limit on the number of units that applies to this line alone."""
        limits = [it.quantity_limit for it in self.targets if it.quantity_limit is not None]
        return limits if self.chosen is None else [*limits, self.chosen]

    def cost(self, units: int) -> int:
        """Return the cost of that many units before discounts."""
        return half_up((self.line.amount or 0) * units, self.quantity)


def covered_lines(
    books: Books, included: Sequence[Target], excluded: Sequence[Target]
) -> list[Covered]:
    """Return the lines with an amount that a discount covers, in processing order."""
    lines = books.lines()
    barred = {place for it in excluded for place in _places(lines, it)}
    if not included:
        free = (line for place, line in enumerate(lines) if place not in barred)
        return [Covered(line) for line in free if line.amount is not None]
    named: dict[int, list[Target]] = {}
    chosen: dict[int, int] = {}
    for group, places in _groups(lines, included, barred):
        for place, count in _chosen(lines, group, sorted(places)):
            named.setdefault(place, []).extend(places[place])
            if count is not None:
                chosen[place] = min(count, chosen.get(place, count))
    for target in included:
        for place, count in target.listed_units or ():
            chosen[place] = min(count, chosen.get(place, count))
    return [
        Covered(lines[place], tuple(targets), chosen.get(place))
        for place, targets in named.items()
        if lines[place].amount is not None
    ]


def _places(lines: Sequence[OrderLine], target: Target) -> Iterator[int]:
    """Yield the places of a target's lines: those it lists, else those of its product or SKU."""
    listed = target.listed or [place for place, _ in target.listed_units or ()]
    for place, line in enumerate(lines):
        if listed:
            if place in listed:
                yield place
        elif target.product.sku is None:
            if line.product.id == target.product.id:
                yield place
        elif line.product.sku == target.product.sku:
            yield place


def _rhythm(target: Target) -> tuple[str, bool, int, int]:
    lists = target.listed is not None or target.listed_units is not None
    by_unit = target.by_unit and target.listed_units is None
    if lists and not by_unit:
        return target.effect, False, 0, 1
    return target.effect, by_unit, target.skip_initially or 0, target.repeat or 1


def _groups(
    lines: Sequence[OrderLine], targets: Iterable[Target], barred: set[int]
) -> list[tuple[Target, dict[int, list[Target]]]]:
    """Group targets of one effect and rhythm, ordered by the first line of each group.

    If several groups begin with the same line, the group whose target for it is listed first wins.
    """
    groups: dict[tuple[str, bool, int, int], tuple[Target, dict[int, list[Target]]]] = {}
    listed = list(dict.fromkeys(targets))
    for target in listed:
        _, places = groups.setdefault(_rhythm(target), (target, {}))
        for place in _places(lines, target):
            if place not in barred:
                places.setdefault(place, []).append(target)

    def turn(group: tuple[Target, dict[int, list[Target]]]) -> tuple[int, int]:
        first = min(group[1])
        return first, listed.index(group[1][first][0])

    return sorted((it for it in groups.values() if it[1]), key=turn)


def _chosen(
    lines: Sequence[OrderLine], target: Target, places: Sequence[int]
) -> Iterator[tuple[int, int | None]]:
    """Yield the chosen lines of those named; if units are counted, with their number."""
    effect, by_unit, skip, repeat = _rhythm(target)
    ranked = [place for place in places if lines[place].amount is not None]
    if effect != "APPLY_TO_EVERY":
        sign = -1 if effect.endswith("EXPENSIVE") else 1
        ranked.sort(key=lambda place: sign * _price(lines[place]))
    if by_unit:
        picked: list[tuple[int, int | None]] = list(_units_in_a_row(lines, ranked, skip, repeat))
    else:
        picked = [(place, None) for place in ranked[skip::repeat]]
    if effect in ("APPLY_TO_CHEAPEST", "APPLY_TO_MOST_EXPENSIVE"):
        picked = [(place, 1 if by_unit else None) for place, _ in picked[:1]]
    yield from picked


def _units_in_a_row(
    lines: Sequence[OrderLine], ranked: Iterable[int], skip: int, repeat: int
) -> Iterator[tuple[int, int | None]]:
    """Yield the lines with the number of units chosen from one row of all units."""
    begin = 0
    for place in ranked:
        end = begin + max(1, lines[place].quantity)
        first = skip if begin <= skip else begin + (skip - begin) % repeat
        if count := len(range(first, end, repeat)):
            yield place, count
        begin = end


def _price(line: OrderLine) -> Fraction:
    if line.product.price is not None:
        return Fraction(line.product.price)
    return Fraction(line.amount or 0, max(1, line.quantity))
