"""Redemptions: the two shapes of their events."""

from typing import Self

from pydantic import model_validator

from order_projector.events.fields import Id, Parts, Time, Word
from order_projector.events.order import Order, Person, Placed, stack_lists
from order_projector.events.places import Place
from order_projector.events.stacks import Children, StackList, few_children
from order_projector.events.vouchers import RedeemableSource, RedeemedIn


class RedemptionIn(RedeemedIn):
    """One redemption."""

    id: Id
    date: Time | None = None
    redemption: Id | None = None
    customer_id: Id | None = None
    order: Order | None = None
    related_object_type: Word | None = None
    related_object_id: Id | None = None
    related_object_parent_id: Id | None = None
    stacked: Children = None


PlacedRedemption = tuple[Place, RedemptionIn]
"""The place of a redemption in the event's data, and the redemption."""


class RedemptionData(RedeemableSource):
    """``data`` of ``redemption.succeeded``: one redeemable, or a whole request."""

    redemption: RedemptionIn | None = None
    redemptions: Parts[RedemptionIn] | None = None
    parent_redemption: RedemptionIn | None = None
    order: Order | None = None
    customer: Person | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        few_children(self._stack_lists())
        return self

    def parts(self) -> list[PlacedRedemption]:
        """Return every redemption in the data with its place, the parent last."""
        parts: list[PlacedRedemption] = []
        if self.redemption:
            parts.append((("redemption",), self.redemption))
        for number, each in enumerate(self.redemptions or ()):
            parts.append((("redemptions", number), each))
        if self.parent_redemption:
            parts.append((("parent_redemption",), self.parent_redemption))
        return parts

    def orders(self) -> list[Placed]:
        """Return every order in the data; the first one with an id names the order."""
        return self._orders_of(self.parts())

    def _orders_of(self, parts: list[PlacedRedemption]) -> list[Placed]:
        of_all: Placed = (("order",), self.order)
        own: list[Placed] = [((*place, "order"), each.order) for place, each in parts]
        return [of_all, *own] if self.redemptions is None else [*own, of_all]

    def dates(self) -> list[int | None]:
        """Return the dates that the event itself gives."""
        return [each.date for _, each in self.parts()]

    def _stack_lists(self) -> list[StackList]:
        parts = self.parts()
        of_parts: list[StackList] = [
            ((*place, "stacked"), each.stacked) for place, each in parts if each.stacked
        ]
        return [*stack_lists(self._orders_of(parts)), *of_parts]
