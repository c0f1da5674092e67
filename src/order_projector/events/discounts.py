"""The definition of a discount: its shape, and the bounds of what a bundle makes of it."""

from collections.abc import Iterable, Iterator
from typing import Self

from pydantic import model_validator

from order_projector.domain.limits import LARGEST_AMOUNT, LARGEST_QUANTITY
from order_projector.events.catalogue import Catalogue, catalogue_price
from order_projector.events.fields import (
    DecimalText,
    Entries,
    Id,
    Text,
    WholeMoney,
    WholePositive,
    WholeQuantity,
    WireModel,
)
from order_projector.events.places import Fault, Place
from order_projector.events.targets import TargetIn, TargetList


class UnitIn(WireModel):
    """Units that a discount gives."""

    unit_off: WholeQuantity | None = None
    unit_type: Id | None = None
    effect: Text | None = None
    product: Catalogue | None = None
    sku: Catalogue | None = None

    @model_validator(mode="after")
    def _exact(self) -> Self:
        """Raise Fault if the cost of the units exceeds what every reader keeps exact."""
        check_cost(self, 1, ())
        return self


class DiscountIn(UnitIn):
    """A discount definition."""

    type: Text | None = None
    amount_off: WholeMoney | None = None
    percent_off: DecimalText | None = None
    fixed_amount: WholeMoney | None = None
    units: Entries[UnitIn] | None = None
    amount_limit: WholeMoney | None = None
    aggregated_amount_limit: WholeMoney | None = None
    applicable_to: TargetList | None = None
    inapplicable_to: TargetList | None = None


class BundleIn(WireModel):
    """How many times a bundle of products was found in the order."""

    quantity: WholePositive | None = None


def check_cost(unit: UnitIn, times: int, place: Place) -> None:
    """Raise Fault if the units of all ``times`` cost more than what every reader keeps exact."""
    price = catalogue_price(unit.sku, unit.product) or 0
    units = (unit.unit_off or 0) * times
    if units * price > LARGEST_AMOUNT:
        reason = f"{units} units of {price} come to more than {LARGEST_AMOUNT}"
        raise Fault((*place, "unit_off"), reason)


def check_bundled(discount: DiscountIn, times: int, place: Place) -> None:
    """Raise Fault, at the number that a bundle makes too large, if there is one.

    `place` is the discount's. Targets are checked by `check_bundled_targets`, wherever they stand.
    """
    if discount.amount_off is not None and discount.effect != "APPLY_TO_ITEMS_BY_QUANTITY":
        _check_product(discount.amount_off, times, LARGEST_AMOUNT, (*place, "amount_off"))
    for at, unit in _units(discount, place):
        if unit.unit_off is not None:
            _check_product(unit.unit_off, times, LARGEST_QUANTITY, (*at, "unit_off"))
        check_cost(unit, times, at)


def check_bundled_targets(
    discount: DiscountIn, targets: Iterable[TargetIn], times: int, place: Place
) -> None:
    """Raise Fault, at the limit that a bundle makes too large, if there is one in the list."""
    if discount.type == "PERCENT":
        return
    for number, target in enumerate(targets):
        for name in ("quantity_limit", "aggregated_quantity_limit"):
            if (limit := getattr(target, name)) is not None:
                _check_product(limit, times, LARGEST_QUANTITY, (*place, number, name))


def _units(discount: DiscountIn, place: Place) -> Iterator[tuple[Place, UnitIn]]:
    yield place, discount
    for number, unit in enumerate(discount.units or ()):
        yield (*place, "units", number), unit


def _check_product(number: int, times: int, largest: int, place: Place) -> None:
    if number * times > largest:
        raise Fault(place, f"times the bundle's quantity, {times}, it is more than {largest}")
