"""The products that a discount covers or excludes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypedDict, Unpack

from order_projector.testing.checks import Json, cents, count, identifier, known, one_of

TargetEffect = Literal[
    "APPLY_TO_EVERY",
    "APPLY_TO_CHEAPEST",
    "APPLY_FROM_CHEAPEST",
    "APPLY_TO_MOST_EXPENSIVE",
    "APPLY_FROM_MOST_EXPENSIVE",
]

_EFFECTS: Final = (
    "APPLY_TO_EVERY",
    "APPLY_TO_CHEAPEST",
    "APPLY_FROM_CHEAPEST",
    "APPLY_TO_MOST_EXPENSIVE",
    "APPLY_FROM_MOST_EXPENSIVE",
)


class Bounds(TypedDict, total=False):
    """The limits of a discount on the lines of one target.

    ``price`` is the new unit price in a discount to fixed prices. Limits without ``aggregated``
    apply to each line. ``skip_initially`` and ``repeat`` count lines or units, as ``target`` says.
    """

    price: int
    effect: TargetEffect
    quantity_limit: int
    aggregated_quantity_limit: int
    amount_limit: int
    aggregated_amount_limit: int
    skip_initially: int
    repeat: int
    target: Literal["ITEM", "UNIT"]


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of the list of what a discount covers or excludes."""

    entry: Json


def product(product_id: str, **bounds: Unpack[Bounds]) -> Target:
    """Target all lines of a product. Raises TypeError or ValueError naming what is wrong."""
    known(bounds, Bounds.__annotations__, "product")
    return _target("product", identifier("product_id", product_id), bounds)


def sku(sku_id: str, **bounds: Unpack[Bounds]) -> Target:
    """Target all lines of an SKU. Raises TypeError or ValueError naming what is wrong."""
    known(bounds, Bounds.__annotations__, "sku")
    return _target("sku", identifier("sku_id", sku_id), bounds)


def collection(collection_id: str, lines: Sequence[int], **bounds: Unpack[Bounds]) -> Target:
    """Target a products collection; ``lines`` are the 0-based indices of the order's lines in it.

    Raises TypeError or ValueError naming what is wrong.
    """
    known(bounds, Bounds.__annotations__, "collection")
    found = _target("products_collection", identifier("collection_id", collection_id), bounds)
    if not isinstance(lines, Iterable):
        raise TypeError(f"lines: {lines!r} should be a list of line numbers")
    indices = [count("lines", line) for line in lines]
    return Target(found.entry | {"order_item_indices": indices})


def _target(kind: str, name: str, bounds: Bounds) -> Target:
    return Target({"object": kind, "id": name} | {key: _bound(key, bounds) for key in bounds})


def _bound(name: str, bounds: Bounds) -> int | str:
    match name:
        case "effect":
            return one_of(name, bounds["effect"], _EFFECTS)
        case "target":
            return one_of(name, bounds["target"], ("ITEM", "UNIT"))
        case "price" | "amount_limit" | "aggregated_amount_limit":
            return cents(name, bounds[name])
        case _:
            return count(name, bounds[name])  # type: ignore[literal-required]
