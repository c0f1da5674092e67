"""The elementary transitions of a fold, as they are reported to an observer."""

from collections.abc import Callable
from dataclasses import dataclass

from order_projector.domain.contribution import Contributed
from order_projector.domain.details import EventDetails
from order_projector.domain.facts import (
    Payment,
    Redemption,
    Refund,
    Rollback,
    Snapshot,
    Stack,
)


@dataclass(frozen=True, slots=True)
class DetailsUpdated:
    """The details that a fact carries have been written to the order."""

    fact: Redemption | Stack | Rollback | Snapshot
    details: EventDetails


@dataclass(frozen=True, slots=True)
class DiscountPriced:
    """A redemption has been priced, and what it contributes is about to be applied to the cart."""

    fact: Redemption
    contributed: Contributed


@dataclass(frozen=True, slots=True)
class DiscountApplied:
    """What a redemption (or a stack as a whole) contributes has been applied to the cart."""

    fact: Redemption | Stack
    contributed: Contributed


@dataclass(frozen=True, slots=True)
class DiscountReverted:
    """What a redemption or stack had contributed has been reverted."""

    rollback: Rollback
    redemption: str


@dataclass(frozen=True, slots=True)
class PaymentRecorded:
    """A payment or refund has been recorded: the money kept or the payment's state changed."""

    fact: Payment | Refund


@dataclass(frozen=True, slots=True)
class DiscountCarried:
    """What a calculated order states beyond the known redemptions was restated or withdrawn."""

    fact: Redemption | Stack | Rollback | Snapshot


Transition = (
    DetailsUpdated
    | DiscountPriced
    | DiscountApplied
    | DiscountReverted
    | DiscountCarried
    | PaymentRecorded
)
Observer = Callable[[Transition], None]
