"""Every kind of discount, as a voucher that grants it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal, TypedDict, Unpack

from order_projector.testing.checks import (
    Json,
    all_made,
    cents,
    count,
    derived,
    identifier,
    known,
    made,
    one_of,
    present,
)
from order_projector.testing.redeemables import Redeemable, coupon, distinct_name, ids_of
from order_projector.testing.targets import Target

AmountEffect = Literal[
    "APPLY_TO_ORDER",
    "APPLY_TO_ITEMS",
    "APPLY_TO_ITEMS_BY_QUANTITY",
    "APPLY_TO_ITEMS_PROPORTIONALLY",
    "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
]
PriceEffect = Literal["APPLY_TO_ORDER", "APPLY_TO_ITEMS"]
UnitEffect = Literal["ADD_MISSING_ITEMS", "ADD_NEW_ITEMS", "ADD_SAME_ITEMS", "REPLACE_ITEMS"]

_PRICE_EFFECTS: Final = ("APPLY_TO_ORDER", "APPLY_TO_ITEMS")
_AMOUNT_EFFECTS: Final = (
    *_PRICE_EFFECTS,
    "APPLY_TO_ITEMS_BY_QUANTITY",
    "APPLY_TO_ITEMS_PROPORTIONALLY",
    "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
)
_TARGETS: Final = "product(), sku() or collection()"
_ADDING: Final = ("ADD_MISSING_ITEMS", "ADD_NEW_ITEMS")
_UNIT_EFFECTS: Final = (*_ADDING, "ADD_SAME_ITEMS", "REPLACE_ITEMS")


class Scope(TypedDict, total=False):
    """What a discount covers (``only``) and excludes (``but``), its limits, and its voucher."""

    only: Sequence[Target]
    but: Sequence[Target]
    amount_limit: int
    aggregated_amount_limit: int
    voucher: str
    campaign: str


def amount_off(
    amount: int, *, effect: AmountEffect | None = None, **scope: Unpack[Scope]
) -> Redeemable:
    """Return a voucher for cents off the order, or off items if ``only`` or ``but`` names some.

    Raises TypeError or ValueError naming what is wrong.
    """
    known(scope, Scope.__annotations__, "amount_off")
    discount = present(
        type="AMOUNT",
        amount_off=cents("amount", amount),
        effect=None if effect is None else one_of("effect", effect, _AMOUNT_EFFECTS),
    )
    return _coupon(f"amount_{amount}", discount, scope)


def percent_off(
    percent: float | Decimal, *, effect: PriceEffect | None = None, **scope: Unpack[Scope]
) -> Redeemable:
    """Return a voucher for a percentage off the order, or off items named by ``only`` or ``but``.

    Raises TypeError or ValueError naming what is wrong.
    """
    known(scope, Scope.__annotations__, "percent_off")
    if isinstance(percent, bool) or not isinstance(percent, int | float | Decimal):
        raise TypeError(f"percent: {percent!r} should be a number")
    # A Decimal that is not a number cannot be compared, and a large integer is not a float.
    finite = isinstance(percent, int) or math.isfinite(percent)
    if not finite or not 0 <= percent <= 100:
        raise ValueError(f"percent: {percent} should be a number from 0 to 100")
    discount = present(
        type="PERCENT",
        percent_off=float(percent) if isinstance(percent, Decimal) else percent,
        effect=None if effect is None else one_of("effect", effect, _PRICE_EFFECTS),
    )
    return _coupon(f"percent_{percent}", discount, scope)


def fixed(
    price: int | None = None, *, effect: PriceEffect | None = None, **scope: Unpack[Scope]
) -> Redeemable:
    """Return a voucher for a new price: of the order, or of one unit of each item in ``only``.

    ``price`` may be omitted if a target has a ``price`` of its own. Raises TypeError or ValueError
    naming what is wrong.
    """
    known(scope, Scope.__annotations__, "fixed")
    targets = all_made("only", scope.get("only", ()), Target, _TARGETS)
    of_their_own = any("price" in target.entry for target in targets)
    if price is None and not of_their_own:
        raise ValueError("price: needed, unless a target in `only` has one")
    discount = present(
        type="FIXED",
        fixed_amount=None if price is None else cents("price", price),
        effect=None if effect is None else one_of("effect", effect, _PRICE_EFFECTS),
    )
    return _coupon("fixed" if price is None else f"fixed_{price}", discount, scope)


def unit_off(
    quantity: int,
    name: str,
    *,
    price: int | None = None,
    effect: UnitEffect = "ADD_MISSING_ITEMS",
    **scope: Unpack[Scope],
) -> Redeemable:
    """Return a voucher for free units of a product, or of an SKU if the name begins with ``sku_``.

    ``price`` is the unit price if no line of the order states it. With REPLACE_ITEMS, the units
    replace those in ``only``. Raises TypeError or ValueError naming what is wrong.
    """
    known(scope, Scope.__annotations__, "unit_off")
    if effect == "REPLACE_ITEMS" and not scope.get("only"):
        raise ValueError("only: needed, it names the units that are replaced")
    unit = _unit(quantity, name, price, one_of("effect", effect, _UNIT_EFFECTS))
    return _coupon(f"unit_{quantity}_{name}", {"type": "UNIT", **unit}, scope)


def units_off(*units: Redeemable, **scope: Unpack[Scope]) -> Redeemable:
    """Return one voucher for free units of several products, each made by `unit_off`.

    What it covers and excludes, its voucher and its campaign are stated here, not for one unit.
    Raises TypeError or ValueError naming what is wrong.
    """
    known(scope, Scope.__annotations__, "units_off")
    definitions = []
    for unit in units:
        made("units", unit, Redeemable, "unit_off()")
        discount = unit.body.get("discount", {})
        if discount.get("effect") not in _ADDING:
            raise ValueError(f"units: {unit.name} should be made by unit_off() and add units")
        for argument in _of_the_whole(unit):
            problem = f"has `{argument}`, which units_off() takes for all of them"
            raise ValueError(f"units: {discount['unit_type']} {problem}")
        definitions.append({name: value for name, value in discount.items() if name != "type"})
    if not definitions:
        raise ValueError("units: at least one is needed")
    discount = {"type": "UNIT", "effect": "ADD_MANY_ITEMS", "units": definitions}
    return _coupon("_".join(("units", *(unit.name for unit in units))), discount, scope)


def _of_the_whole(unit: Redeemable) -> Iterator[str]:
    """Yield the arguments of a unit that the units of one voucher cannot have each."""
    if "applicable_to" in unit.body:
        yield "only"
    if "inapplicable_to" in unit.body:
        yield "but"
    if unit.body["id"] != derived("v", unit.name):
        yield "voucher"
    if "campaign_id" in unit.body:
        yield "campaign"


def _unit(quantity: int, name: str, price: int | None, effect: str) -> Json:
    kind = "sku" if identifier("name", name).startswith("sku_") else "product"
    about = present(id=name, price=None if price is None else cents("price", price))
    discount = {"unit_off": count("quantity", quantity), "unit_type": name, "effect": effect}
    return discount | {kind: about}


def _coupon(name: str, discount: Json, scope: Mapping[str, Any]) -> Redeemable:
    for limit in ("amount_limit", "aggregated_amount_limit"):
        if limit in scope:
            discount[limit] = cents(limit, scope[limit])
    lists = {}
    for argument, member in (("only", "applicable_to"), ("but", "inapplicable_to")):
        if argument in scope:
            lists[member] = _listed(argument, scope[argument])
    ids = ids_of(scope.get("voucher"), scope.get("campaign"))
    # The name states only these members: two vouchers that differ in others need different ids.
    plain = not lists and not ids and discount.keys() <= _TOLD_BY_NAME
    apart = {} if plain else discount | lists | ids
    return coupon(distinct_name(derived(name), apart, ids.get("voucher")), discount, lists, ids)


_TOLD_BY_NAME: Final = frozenset({"type", "amount_off", "percent_off", "fixed_amount"})


def _listed(argument: str, targets: Sequence[Target]) -> Json:
    entries = [target.entry for target in all_made(argument, targets, Target, _TARGETS)]
    return {"object": "list", "data_ref": "data", "data": entries, "total": len(entries)}
