"""The order's own details as one event gives them, and what a calculated order adds to them.

Times are milliseconds since the epoch, UTC; money is in the smallest currency unit.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from order_projector.domain.lines import JsonObject, Line
from order_projector.domain.status import Status

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a calculated order states about the units of one item and the discounts on it.

    ``place`` is the item's index. ``discount_quantity`` and ``discount_amount`` are cumulative over
    all redemptions; ``applied_*`` are the event's own. ``initial_quantity`` and ``initial_amount``
    are either the customer's or those before the redemption: senders differ.
    """

    place: int
    initial_quantity: int | None = None
    initial_amount: int | None = None
    discount_quantity: int | None = None
    discount_amount: int | None = None
    applied_quantity: int | None = None
    applied_quantity_amount: int | None = None
    applied_discount_quantity: int | None = None
    applied_discount_amount: int | None = None

    @property
    def counts_units(self) -> bool:
        """Whether anything is stated about units, and not about discounts alone."""
        return (
            self.initial_quantity is not None
            or bool(self.discount_quantity or self.applied_quantity)
            or bool(self.applied_discount_quantity)
        )


@dataclass(frozen=True, slots=True)
class CalculatedTotals:
    """What a calculated order states about its sums: cumulative over all its redemptions.

    ``names_items`` is true if the items of the same details are this order's. ``adds_up`` is false
    if its amount is not the sum of its items, or its total not the amount less its discounts.
    """

    total_amount: int
    amount: int | None = None
    discount_amount: int = 0
    items_discount_amount: int = 0
    names_items: bool = False
    adds_up: bool = True


@dataclass(frozen=True, slots=True)
class CalculatedDiscount:
    """The order-level discount of a redemption as its sender calculated it, never recomputed here.

    Its effects on lines are in ``EventDetails.counted``.
    """

    applied_discount_amount: int = 0


@dataclass(frozen=True, slots=True)
class EventDetails:
    """The order's own details as one event gives them; None for each that it does not give.

    ``items`` are as the event gives them. Those of a calculated order include the units that
    redemptions added; ``counted`` is what it states about these, None for an order that is not
    calculated. ``discrepancy`` is a calculated order's ``amount`` less the sum of its items, and
    ``totals`` what its sender calculated.
    """

    source_id: str | None = None
    items: tuple[Line, ...] | None = None
    counted: tuple[Counted, ...] | None = None
    amount: int | None = None
    discrepancy: int = 0
    totals: CalculatedTotals | None = None
    metadata: JsonObject | None = None
    customer_id: str | None = None
    customer_source_id: str | None = None
    referrer_id: str | None = None
    referrer_source_id: str | None = None
    status: Status | None = None
    created_at: int | None = None
    updated_at: int | None = None

    @property
    def has_amounts(self) -> bool:
        """Whether the items determine an amount: one of them has one, or the list is empty."""
        items = self.items
        if not items:
            return items is not None
        return items[0].amount is not None or any(it.amount is not None for it in items)

    @property
    def counts_units(self) -> bool:
        """Whether the items include units of redemptions, or lines without units."""
        return any(stated.counts_units for stated in self.counted or ()) or any(
            line.quantity == 0 for line in self.items or ()
        )

    def without_amounts(self) -> "EventDetails":
        """Return the same details without the items, the amount and what is stated about them."""
        return replace(self, items=None, counted=None, amount=None, discrepancy=0, totals=None)

    def without(self, places: Container[int]) -> "EventDetails":
        """Return the same details without the items at those places."""
        kept = [place for place in range(len(self.items or ())) if place not in places]
        number = {place: nth for nth, place in enumerate(kept)}
        counted = [stated for stated in self.counted or () if stated.place in number]
        return replace(
            self,
            items=tuple((self.items or ())[place] for place in kept),
            counted=None
            if self.counted is None
            else tuple(replace(stated, place=number[stated.place]) for stated in counted),
        )

    def then(self, later: "EventDetails") -> "EventDetails":
        """Return both together; of a detail that both give, the later one counts."""
        if later is NO_DETAILS:
            return self
        if self is NO_DETAILS:
            return later
        items = self if later.items is None else later
        return EventDetails(
            source_id=_later(self.source_id, later.source_id),
            items=items.items,
            counted=items.counted,
            amount=_later(self.amount, later.amount),
            discrepancy=items.discrepancy,
            totals=self._totals_then(later),
            metadata=_later(self.metadata, later.metadata),
            customer_id=_later(self.customer_id, later.customer_id),
            customer_source_id=_later(self.customer_source_id, later.customer_source_id),
            referrer_id=_later(self.referrer_id, later.referrer_id),
            referrer_source_id=_later(self.referrer_source_id, later.referrer_source_id),
            status=_later(self.status, later.status),
            created_at=_of_both(min, self.created_at, later.created_at),
            updated_at=_of_both(max, self.updated_at, later.updated_at),
        )

    def _totals_then(self, later: "EventDetails") -> CalculatedTotals | None:
        """Return the later totals; the earlier ones no longer name the items if these changed.

        Together they add up only if both do, so that an event is flagged for either.
        """
        if self.totals is None:
            return later.totals
        if later.totals is not None:
            return replace(later.totals, adds_up=self.totals.adds_up and later.totals.adds_up)
        if later.items is None:
            return self.totals
        return replace(self.totals, names_items=False)


NO_DETAILS = EventDetails()


def _later(first: T, second: T) -> T:
    return first if second is None else second


def _of_both(
    choose: Callable[[Iterable[int]], int], first: int | None, second: int | None
) -> int | None:
    known = [time for time in (first, second) if time is not None]
    return choose(known) if known else None
