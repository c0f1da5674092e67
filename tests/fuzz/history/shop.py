"""A shop that keeps its own books of one order, and writes the order's events."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fuzz.history.actions import Cart, Telling
from tests.fuzz.history.books import (
    MOST_CENTS,
    AppliedRedemption,
    Books,
    Key,
    Ordered,
    Redeemed,
    keys_of,
)
from tests.fuzz.history.gifts import MOST_UNITS
from tests.fuzz.history.listing import Listing, Style, plain, standing
from tests.fuzz.history.payment_model import PaymentModel

Json = dict[str, Any]

Money = tuple[int, int | None]
"""The money kept, and the total if it is known."""

BARE: Json = {"id": "ord_1"}


@dataclass(frozen=True, slots=True)
class Right:
    """The expected state of an order after an event: every number that is served.

    If the customer adds units to a line that already has free ones, their sum or its amount may
    exceed the largest that there is; then the largest is served.
    """

    status: str
    amount: int | None
    total_amount: int | None
    discount_amount: int
    items_discount_amount: int
    lines: dict[Key, dict[str, int | None]]
    alone: tuple[Ordered, ...] | None = None
    """The customer's cart if no redemption is in force: then nothing else is left."""
    rollbacks: dict[str, str] = field(default_factory=dict)
    """The first rollback of each redemption and of each child that was rolled back."""
    payments: dict[str, dict[str, object]] = field(default_factory=dict)
    flags: frozenset[tuple[str, str]] = frozenset()
    """The expected flags about money."""

    @classmethod
    def of(cls, books: Books, payments: PaymentModel, rollbacks: dict[str, str]) -> "Right":
        """Derive the expected state from the books."""
        lines = {
            line.key: {
                "quantity": min(line.quantity, MOST_UNITS),
                "initial_quantity": line.customers,
                "discount_quantity": line.covered,
                "amount": None if line.amount is None else min(line.amount, MOST_CENTS),
                "discount_amount": line.cents,
            }
            for line in books.lines()
        }
        order, items = books.order_discount, books.items_discount
        return cls(
            status=payments.status,
            amount=books.amount,
            total_amount=books.total,
            discount_amount=order,
            items_discount_amount=items,
            lines=lines,
            alone=None if books.in_force else books.cart,
            rollbacks=dict(rollbacks),
            payments=payments.served(),
            flags=frozenset(payments.flags()),
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """An event and the expected state after it, unless more events of the action must follow.

    ``states`` is its calculated order, if that states the totals of all redemptions. ``is_priced``
    means that the reader has to price its redemption. ``redemption`` is the redemption that it
    reports, ``undoes`` the one that it reverts.
    """

    event: Json
    right: Right | None
    features: tuple[str, ...] = ()
    states: Json | None = None
    is_priced: bool = False
    redemption: str | None = None
    undoes: str | None = None


Saved = tuple[Books, PaymentModel, dict[str, tuple[str, ...]], dict[str, str]]


@dataclass(slots=True)
class Shop:
    """The books and the payments. The shop neither lists nor prices what it does not know.

    Unless ``may_shrink`` is set, the customer removes nothing from a line whose units a redemption
    has changed, and no redemption is rolled back while a later one removes units that it added: the
    contract does not say what a sender's numbers mean then.
    """

    knows_all: bool = True
    may_shrink: bool = False
    books: Books = field(default_factory=Books)
    payments: PaymentModel = field(default_factory=PaymentModel)
    stacks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rollbacks: dict[str, str] = field(default_factory=dict)
    minute: int = 0

    def event(
        self,
        kind: str,
        data: Json,
        *features: str,
        states: Json | None = None,
        is_priced: bool = False,
        redemption: str | None = None,
        undoes: str | None = None,
    ) -> Sent:
        """Create the next event, with the expected state after it."""
        event = {"id": f"evt_{self.minute:03}", "type": kind, "created_at": self.now, "data": data}
        self.minute += 1
        states = states if states and "total_amount" in states else None
        sent = self.sent(event, *features)
        return replace(
            sent, states=states, is_priced=is_priced, redemption=redemption, undoes=undoes
        )

    def sent(self, event: Json, *features: str) -> Sent:
        """Return an event with the expected state after it."""
        return Sent(event, Right.of(self.books, self.payments, self.rollbacks), features)

    def saved(self) -> Saved:
        """Copy everything that an event may change, except the time."""
        return deepcopy((self.books, self.payments, self.stacks, self.rollbacks))

    def restore(self, saved: Saved) -> None:
        """Restore a saved state."""
        self.books, self.payments, self.stacks, self.rollbacks = deepcopy(saved)

    def note_rollback(self, redemption: str, rollback: str) -> None:
        """Record the first rollback of a redemption or of a child."""
        self.rollbacks.setdefault(redemption, rollback)

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
        """Replace the cart, if the event states it."""
        if cart is not None and telling is not Telling.BARE:
            self.books.cart = tuple(kept_lines(cart, self.books, may_shrink=self.may_shrink))

    def may_roll_back(self, name: str) -> bool:
        """Return whether the redemption is in force and the result of its rollback unambiguous."""
        books = self.books
        if name not in books.in_force or name in self.rollbacks:
            return False
        return self.may_shrink or not books.is_built_upon(name)

    @property
    def remain(self) -> bool:
        """Whether a redemption remains; one that was rolled back but kept does not count."""
        return not self.books.in_force.keys() <= self.rollbacks.keys()

    def apply(self, name: str, step: AppliedRedemption, *, is_calculated: bool) -> None:
        """Add to the books what a redemption, or one more child of a stack, applied."""
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
        """Return the order as an event states it; `own` is what that event's redemption applied."""
        if telling is Telling.CALCULATED and self.known.amount is None:
            telling = Telling.PLAIN
        if telling is not Telling.BARE:
            self.books.listed = ()
        match telling:
            case Telling.BARE:
                order = BARE
            case Telling.STANDING if self._prices_all:
                order = standing(self.known)
                self.books.is_told = self.books.is_told or bool(self.known.lines())
            case Telling.CALCULATED:
                order = Listing(self.known, own or AppliedRedemption(), style).as_json()
                self.books.is_told = True
                self.books.listed = tuple(line.key for line in self.known.lines())
            case _:
                order = plain(self.books)
        return order | ({"status": status} if status else {})

    @property
    def _prices_all(self) -> bool:
        return self.books.stated is None and all(line.stated is None for line in self.books.cart)


def kept_lines(cart: Cart, books: Books, *, may_shrink: bool) -> Iterator[Ordered]:
    """Yield a new cart that keeps every line whose units a redemption has changed.

    Unless `may_shrink` is set, such a line does not lose units of the customer's either.
    """
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
