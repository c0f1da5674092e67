"""The products that a discount covers or excludes: ``applicable_to``, ``inapplicable_to``."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict

from order_projector.domain.redeemables import DiscountTarget
from order_projector.events.fields import (
    Entries,
    Id,
    Listed,
    SourceId,
    Text,
    WholeMoney,
    WholeQuantity,
    WireModel,
    members,
    named_by,
)


class UnitsOfItemIn(WireModel):
    """The units of one order item that a discount covers, counted from 1."""

    index: WholeQuantity
    units: Listed[WholeQuantity] | None = None


class TargetIn(WireModel):
    """An entry of ``applicable_to`` / ``inapplicable_to``."""

    model_config = ConfigDict(json_schema_extra=named_by("id"))

    object: Text | None = None
    id: Id | None = None
    source_id: SourceId | None = None
    price: WholeMoney | None = None
    effect: Text | None = None
    quantity_limit: WholeQuantity | None = None
    aggregated_quantity_limit: WholeQuantity | None = None
    amount_limit: WholeMoney | None = None
    aggregated_amount_limit: WholeMoney | None = None
    order_item_indices: Listed[WholeQuantity] | None = None
    order_item_units: Listed[UnitsOfItemIn] | None = None
    skip_initially: WholeQuantity | None = None
    repeat: WholeQuantity | None = None
    target: Text | None = None


class Targets(WireModel):
    """A list object of targets."""

    data: Entries[TargetIn] | None = None


def _as_list_object(value: Any) -> Any:
    """Return a list as the list object that holds it; one that holds nothing is not given."""
    if not isinstance(value, list):
        return value
    return {"data": value} if members(value) else {}


TargetList = Annotated[
    Targets,
    BeforeValidator(_as_list_object, json_schema_input_type=Targets | Entries[TargetIn]),
]


def first_given(lists: Iterable[Targets | None]) -> tuple[DiscountTarget, ...] | None:
    """Return the first list that is given, an empty one included; None if there is none."""
    for targets in lists:
        if targets is not None and targets.data is not None:
            return tuple(map(_target, targets.data))
    return None


def _target(target: TargetIn) -> DiscountTarget:
    indices = target.order_item_indices
    if not indices and target.order_item_units:
        indices = [item.index for item in target.order_item_units]
    return DiscountTarget(
        object=target.object,
        id=target.id,
        source_id=target.source_id,
        price=target.price,
        effect=target.effect,
        quantity_limit=target.quantity_limit,
        aggregated_quantity_limit=target.aggregated_quantity_limit,
        amount_limit=target.amount_limit,
        aggregated_amount_limit=target.aggregated_amount_limit,
        order_item_indices=None if indices is None else tuple(indices),
        order_item_units=_units_of_items(target.order_item_units or ()),
        skip_initially=target.skip_initially,
        repeat=target.repeat,
        target=target.target,
    )


def _units_of_items(items: Iterable[UnitsOfItemIn]) -> tuple[tuple[int, int], ...] | None:
    """Count the covered units of each item; None if any item does not list its units."""
    counts: dict[int, int] = {}
    for item in items:
        if item.units is None:
            return None
        counts[item.index] = len(set(item.units))
    return tuple(counts.items()) or None
