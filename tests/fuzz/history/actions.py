"""The actions of one order's history, as data."""

from dataclasses import dataclass
from enum import StrEnum

from tests.fuzz.history.books import Ordered
from tests.fuzz.history.listing import Style
from tests.fuzz.history.offers import Offer

Cart = tuple[Ordered, ...]


class Telling(StrEnum):
    """How much of the order an event states.

    BARE: its id. PLAIN: the cart's lines. STANDING: the current lines, each with the cart's units.
    CALCULATED: the whole order with its totals.
    """

    BARE = "bare"
    PLAIN = "plain"
    STANDING = "standing"
    CALCULATED = "calculated"


class Shape(StrEnum):
    """The form of a redemption's or rollback's event.

    INSIDE: the order is inside the redemption. BESIDE: it is next to it. REQUEST: a whole request.
    WHOLE: a whole request in which only the request itself has an order.
    """

    INSIDE = "order inside"
    BESIDE = "order beside"
    REQUEST = "whole request"
    WHOLE = "request with one order"


@dataclass(frozen=True, slots=True)
class Change:
    """The customer changes the cart; ``amount`` is the amount of an order without items."""

    cart: Cart
    telling: Telling = Telling.PLAIN
    style: Style = Style.CART
    status: str | None = None
    type: str = "order.updated"
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Redeem:
    """An offer, or a stack of several, is redeemed, possibly with another cart at the same time.

    With ``revoked_as``, the redemption is rolled back at once, by an event of the same time that
    precedes it in the order's history; the value is the status that this event gives the order.
    """

    name: str
    offers: tuple[Offer, ...]
    telling: Telling = Telling.CALCULATED
    shape: Shape = Shape.BESIDE
    style: Style = Style.CART
    cart: Cart | None = None
    status: str | None = None
    revoked_as: str | None = None


@dataclass(frozen=True, slots=True)
class RollBack:
    """A redemption is rolled back if it is in force, possibly after the children of a stack.

    With ``keeps``, the order keeps its discounts if the event can show that it does.
    """

    name: str
    telling: Telling = Telling.BARE
    shape: Shape = Shape.BESIDE
    style: Style = Style.CART
    status: str | None = None
    tells_children: bool = False
    cart: Cart | None = None
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """One more rollback: of a redemption that was rolled back before, or of a stack's child.

    ``child`` is the child's position in its stack, whether or not the stack was rolled back. Such a
    rollback changes no discount, but states the order, possibly with another cart.
    """

    name: str
    child: int | None = None
    telling: Telling = Telling.BARE
    style: Style = Style.CART
    status: str | None = None
    cart: Cart | None = None


@dataclass(frozen=True, slots=True)
class Pay:
    """A payment or capture of a percentage of the amount due at that time.

    A refund is a percentage of what its payment took, whether or not any of that is left, or,
    before the payment, of the amount due.
    """

    name: str
    kind: str
    hundredths: int
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """An action whose events are all voided at once; with ``is_none``, so are the voids."""

    action: "Change | Redeem | RollBack | Repeat | Pay"
    is_none: bool = False


Action = Change | Redeem | RollBack | Repeat | Pay | Mistake


def telling_of(action: Action) -> Telling | None:
    """Return how much of the order an action's events state; None for a payment."""
    match action:
        case Mistake(action=done):
            return telling_of(done)
        case Pay():
            return None
        case _:
            return action.telling


@dataclass(frozen=True, slots=True)
class Plan:
    """A history before it happens.

    ``knows_all`` says whether the sender knows the redemptions that are not calculated.
    """

    actions: tuple[Action, ...]
    knows_all: bool = True
