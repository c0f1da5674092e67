"""What happens in the shop: the actions of one order's history, as data."""

from dataclasses import dataclass
from enum import StrEnum

from tests.fuzz.history.books import Ordered
from tests.fuzz.history.listing import Style
from tests.fuzz.history.offers import Offer

Cart = tuple[Ordered, ...]


class Telling(StrEnum):
    """How much of the order an event tells.

    BARE: its id. PLAIN: the cart's lines. STANDING: the lines as they stand, and the cart's units
    of each. CALCULATED: all of it with its totals.
    """

    BARE = "bare"
    PLAIN = "plain"
    STANDING = "standing"
    CALCULATED = "calculated"


class Shape(StrEnum):
    """The form of a redemption's or rollback's event.

    INSIDE: its order stands in the redemption. BESIDE: beside it. REQUEST: as a whole request.
    WHOLE: a whole request of which only the request as a whole has an order.
    """

    INSIDE = "order inside"
    BESIDE = "order beside"
    REQUEST = "whole request"
    WHOLE = "request with one order"


@dataclass(frozen=True, slots=True)
class Change:
    """The customer changes the cart; ``amount`` is that of an order that has no items."""

    cart: Cart
    telling: Telling = Telling.PLAIN
    style: Style = Style.CART
    status: str | None = None
    type: str = "order.updated"
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Redeem:
    """One offer, or a stack of several, is redeemed; perhaps with another cart at the same time.

    With ``revoked_as`` it is rolled back at once, by an event of the same time that comes before
    its own in the order's history; that is the status which this event gives the order.
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
    """A redemption is rolled back, if it is in force; a stack's children perhaps before it.

    With ``keeps`` the order keeps its discounts, where its event can show that it does.
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
    """One more rollback: of a redemption that was rolled back before, or of one of a stack.

    Of a stack it is the child at ``child``, whether or not the stack was rolled back. It changes no
    discount, and tells of the order, perhaps with another cart.
    """

    name: str
    child: int | None = None
    telling: Telling = Telling.BARE
    style: Style = Style.CART
    status: str | None = None
    cart: Cart | None = None


@dataclass(frozen=True, slots=True)
class Pay:
    """A payment or a capture of hundredths of what is to be paid then.

    A refund is one of as many hundredths of what its payment took, whether or not anything is left
    of it, or, before the payment, of what is to be paid.
    """

    name: str
    kind: str
    hundredths: int
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """An action of which each event is voided at once; ``is_none`` where the voids are, too."""

    action: "Change | Redeem | RollBack | Repeat | Pay"
    is_none: bool = False


Action = Change | Redeem | RollBack | Repeat | Pay | Mistake


def telling_of(action: Action) -> Telling | None:
    """How much of the order the events of an action tell; None of a payment's."""
    match action:
        case Mistake(action=done):
            return telling_of(done)
        case Pay():
            return None
        case _:
            return action.telling


@dataclass(frozen=True, slots=True)
class Plan:
    """A history before it happens, and whether the sender knows what is not calculated."""

    actions: tuple[Action, ...]
    knows_all: bool = True
