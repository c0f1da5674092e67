"""How a sum of money was computed, as data: what `explain` shows of each line.

Money is in the smallest currency unit. ``exact`` is the result before it is rounded, and
``rounded`` the whole number that pricing makes of it, before any limit.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from order_projector.domain.index import Key
from order_projector.domain.money import CENTS, exchanged, percent_of


@dataclass(frozen=True, slots=True)
class Percentage:
    """``percent`` % of what is left of a sum, or of ``units`` of its ``quantity`` units."""

    percent: Fraction
    of: int
    units: int = 1
    quantity: int = 1

    @property
    def exact(self) -> Fraction:
        """The part of the sum."""
        return self.percent * self.of * self.units / (CENTS * self.quantity)

    @property
    def rounded(self) -> int:
        """The part of the sum, rounded half up."""
        return percent_of(self.of, self.percent, self.units, self.quantity)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum that is given."""

    cents: int

    @property
    def exact(self) -> Fraction:
        """The sum."""
        return Fraction(self.cents)

    @property
    def rounded(self) -> int:
        """The sum."""
        return self.cents


@dataclass(frozen=True, slots=True)
class Units:
    """The cost of units; ``price`` is that of one, None where they do not all cost the same."""

    units: int
    cents: int
    price: int | None = None

    @classmethod
    def of(cls, units: int, cents: int) -> "Units":
        """Return the cost of units with the price of one, if each can cost the same."""
        price, rest = divmod(cents, units) if units > 0 else (0, 1)
        return cls(units, cents, None if rest else price)

    @property
    def exact(self) -> Fraction:
        """The cost."""
        return Fraction(self.cents)

    @property
    def rounded(self) -> int:
        """The cost."""
        return self.cents


@dataclass(frozen=True, slots=True)
class Above:
    """What a cost is above ``units`` times another price."""

    cost: int
    price: int
    units: int = 1

    @property
    def exact(self) -> Fraction:
        """The difference."""
        return Fraction(self.rounded)

    @property
    def rounded(self) -> int:
        """The difference."""
        return self.cost - self.price * self.units


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a sum in proportion to a weight: ``part`` after the rest was shared out.

    The weights are costs, or numbers of units if ``by_units`` is true.
    """

    cents: int
    weight: int
    weights: int
    part: int
    by_units: bool = False

    @property
    def exact(self) -> Fraction:
        """The part in proportion."""
        return Fraction(self.cents * self.weight, self.weights or 1)

    @property
    def rounded(self) -> int:
        """The part in whole units of the currency, which all together make the sum."""
        return self.part


@dataclass(frozen=True, slots=True)
class Coins:
    """Points as money: each ``per`` of them make ``exchange`` units of 100 cents."""

    points: int
    exchange: Fraction
    per: Fraction

    @property
    def exact(self) -> Fraction:
        """What the points make, in cents."""
        return self.points * CENTS * self.exchange / self.per

    @property
    def rounded(self) -> int:
        """What the points make, rounded half up."""
        return exchanged(self.points, self.exchange, self.per)


Term = Percentage | Amount | Units | Above | Share | Coins


@dataclass(frozen=True, slots=True)
class Working:
    """How what is taken off one line was computed; ``key`` is None for the order as a whole.

    ``taken`` is less than the value of the term if a limit, or what was left, allowed no more.
    """

    key: Key | None
    term: Term
    taken: int

    @property
    def is_capped(self) -> bool:
        """Whether less is taken than the value of the term."""
        return self.taken < self.term.rounded


Workings = Callable[[], Iterator[Working]]
"""Computes how a discount came about, from a cart on which it is not applied yet."""
