"""A shop that keeps the books of one order by itself, and writes the events that tell of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fuzz.history.actions import Cart, Telling
from tests.fuzz.history.books import AppliedRedemption, Books, Key, Ordered, Redeemed, keys_of
from tests.fuzz.history.gifts import MOST_UNITS
from tests.fuzz.history.listing import Listing, Style, plain, standing
from tests.fuzz.history.payment_model import PaymentModel

Json = dict[str, Any]

Money = tuple[int, int | None]
"""The money kept, and the total as far as it is known."""

BARE: Json = {"id": "ord_1"}


@dataclass(frozen=True, slots=True)
class Right:
    """What is right of an order after an event: every number that is served of it.

    Units that were given before the customer put more on their line can be more than a quantity
    holds: then the largest is served.
    """

    status: str
    amount: int | None
    total_amount: int | None
    discount_amount: int
    items_discount_amount: int
    lines: dict[Key, dict[str, int | None]]
    alone: tuple[Ordered, ...] | None = None
    """The customer's cart, where no redemption is in force: then it is all there is."""

    @classmethod
    def of(cls, books: Books, status: str) -> "Right":
        """What the books say."""
        lines = {
            line.key: {
                "quantity": min(line.quantity, MOST_UNITS),
                "initial_quantity": line.customers,
                "discount_quantity": line.covered,
                "amount": line.amount,
                "discount_amount": line.cents,
            }
            for line in books.lines()
        }
        order, items = books.order_discount, books.items_discount
        alone = None if books.in_force else books.cart
        return cls(status, books.amount, books.total, order, items, lines, alone)


@dataclass(frozen=True, slots=True)
class Sent:
    """An event, and what is right after it."""

    event: Json
    right: Right
    features: tuple[str, ...] = ()


@dataclass(slots=True)
class Shop:
    """The books and the payments. The shop neither lists nor prices what it does not know.

    Where ``may_shrink`` is not set the customer takes nothing from a line whose units a redemption
    has changed, and no redemption is rolled back while a later one takes away units that it added:
    what a sender's numbers mean then, nobody promises.
    """

    knows_all: bool = True
    may_shrink: bool = False
    books: Books = field(default_factory=Books)
    payments: PaymentModel = field(default_factory=PaymentModel)
    stacks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    minute: int = 0

    def event(self, kind: str, data: Json, *features: str) -> Sent:
        """The next event, and what is right after it."""
        sent = {"id": f"evt_{self.minute:03}", "type": kind, "created_at": self.now, "data": data}
        self.minute += 1
        return self.sent(sent, *features)

    def sent(self, sent: Json, *features: str) -> Sent:
        """An event, and what is right after it."""
        return Sent(sent, Right.of(self.books, self.payments.status), features)

    @property
    def now(self) -> str:
        """The time of the next event."""
        return f"2026-03-01T{10 + self.minute // 60:02}:{self.minute % 60:02}:00.000Z"

    @property
    def known(self) -> Books:
        """The books as the sender of calculated orders knows them."""
        return self.books.as_known(lambda it: self.knows_all or it.is_calculated)

    @property
    def money(self) -> Money:
        """The money kept, and the total."""
        return self.payments.kept, self.books.total

    def take(self, cart: Cart | None, telling: Telling) -> None:
        """Take a new cart in, if the event tells of it."""
        if cart is not None and telling is not Telling.BARE:
            self.books.cart = tuple(kept_lines(cart, self.books, may_shrink=self.may_shrink))

    def may_roll_back(self, name: str) -> bool:
        """Whether the redemption is in force, and what its rollback leaves is plain."""
        books = self.books
        return name in books.in_force and (self.may_shrink or not books.is_built_upon(name))

    def apply(self, name: str, step: AppliedRedemption, *, is_calculated: bool) -> None:
        """Put what a redemption, or one more child of a stack, applied into the books."""
        there = self.books.in_force.get(name)
        so_far = there.applied if there else AppliedRedemption()
        self.books.in_force[name] = Redeemed(so_far + step, is_calculated)

    def order(
        self,
        telling: Telling,
        style: Style = Style.CART,
        status: str | None = None,
        own: AppliedRedemption | None = None,
    ) -> Json:
        """The order as an event tells it; `own` is what that event's redemption applied."""
        if telling is Telling.CALCULATED and self.known.amount is None:
            telling = Telling.PLAIN
        if telling is not Telling.BARE:
            self.books.listed = ()
        match telling:
            case Telling.BARE:
                order = BARE
            case Telling.STANDING if self._prices_all:
                order = standing(self.known)
            case Telling.CALCULATED:
                order = Listing(self.known, own or AppliedRedemption(), style).as_json()
                self.books.listed = tuple(line.key for line in self.known.lines())
            case _:
                order = plain(self.books)
        return order | ({"status": status} if status else {})

    @property
    def _prices_all(self) -> bool:
        return self.books.stated is None and all(line.stated is None for line in self.books.cart)


def kept_lines(cart: Cart, books: Books, *, may_shrink: bool) -> Iterator[Ordered]:
    """A new cart, in which no line goes away under the units that a redemption put on it."""
    old = dict(keys_of(books.cart))
    changed = {key[0] for key in old if books.changes_units(key)}
    for key, line in keys_of(cart):
        before = old.get(key)
        if before and key[0] in changed and before.quantity > line.quantity and not may_shrink:
            yield before
        else:
            yield line
    new = {key for key, _ in keys_of(cart)}
    for key, line in old.items():
        if key not in new and key[0] in changed:
            yield line
