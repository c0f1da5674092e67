"""Redemptions: the two shapes of their events."""

from collections.abc import Iterator
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

    def parts(self) -> Iterator[tuple[Place, RedemptionIn]]:
        """Yield every redemption in the data with its place, the parent last."""
        if self.redemption:
            yield ("redemption",), self.redemption
        for number, each in enumerate(self.redemptions or ()):
            yield ("redemptions", number), each
        if self.parent_redemption:
            yield ("parent_redemption",), self.parent_redemption

    def orders(self) -> Iterator[Placed]:
        """Yield every order in the data; the first one with an id names the order."""
        if self.redemptions is None:
            yield ("order",), self.order
        for place, each in self.parts():
            yield (*place, "order"), each.order
        if self.redemptions is not None:
            yield ("order",), self.order

    def dates(self) -> Iterator[int | None]:
        """Yield the dates that the event itself gives."""
        return (each.date for _, each in self.parts())

    def _stack_lists(self) -> Iterator[StackList]:
        yield from stack_lists(self.orders())
        for place, each in self.parts():
            yield (*place, "stacked"), each.stacked
