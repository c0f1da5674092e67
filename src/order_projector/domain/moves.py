"""The elementary moves of a fold, as somebody who watches it is told of them."""

from collections.abc import Callable
from dataclasses import dataclass

from order_projector.domain.contribution import Contributed
from order_projector.domain.facts import (
    Details,
    Payment,
    Redemption,
    Refund,
    Rollback,
    Snapshot,
    Stack,
)


@dataclass(frozen=True, slots=True)
class Learned:
    """The order has taken over the details that a fact carries."""

    fact: Redemption | Stack | Rollback | Snapshot
    details: Details


@dataclass(frozen=True, slots=True)
class Applied:
    """The cart has taken what a redemption (or a stack as a whole) contributes."""

    fact: Redemption | Stack
    told: Contributed


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The cart has given back what a redemption or stack had contributed."""

    rollback: Rollback
    redemption: str


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment or refund has changed the money kept, or what is known of the payment."""

    fact: Payment | Refund


Move = Learned | Applied | TakenBack | Paid
Watch = Callable[[Move], None]
