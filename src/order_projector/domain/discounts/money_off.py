"""Discounts in money: an amount off, a percentage off, a new price."""

from order_projector.domain import money
from order_projector.domain.arithmetic import Above, Amount, Percentage, Share, Term, Units
from order_projector.domain.cart import Cart
from order_projector.domain.discounts.covered import CoveredLine, Selection
from order_projector.domain.discounts.result import (
    InvalidDiscount,
    PricingResult,
    ValidDiscount,
    quoted,
    stated,
)
from order_projector.domain.discounts.selection import select_lines
from order_projector.domain.discounts.spreading import (
    Limits,
    LineTerm,
    LineValue,
    off_order,
    spread,
    workings,
)
from order_projector.domain.redeemables import Discount, Gift


def default_effect(redeemable: Discount | Gift) -> str:
    """Return the effect on items if products are included or excluded, else that on the order."""
    named = redeemable.applicable_to or redeemable.inapplicable_to
    return "APPLY_TO_ITEMS" if named else "APPLY_TO_ORDER"


def amount_off(discount: Discount, cart: Cart) -> PricingResult:
    """Take ``amount_off`` cents off the order, off each line or unit, or split over the lines."""
    value = stated("discount.amount_off", discount.amount_off)
    if isinstance(value, InvalidDiscount):
        return value
    effect = discount.effect or default_effect(discount)
    match effect:
        case "APPLY_TO_ORDER":
            return _off_order(discount, cart, Amount(value))
        case "APPLY_TO_ITEMS":
            return _off_items(
                discount,
                cart,
                effect,
                lambda _line, _units, _left: value,
                lambda _line, _units, _left: Amount(value),
            )
        case "APPLY_TO_ITEMS_BY_QUANTITY":
            return _off_items(
                discount,
                cart,
                effect,
                lambda line, units, _left: min(value * units, line.cost(units)),
                lambda _line, units, _left: Units(units, value * units, value),
                lambda _line, units, _left: value * units,
            )
        case "APPLY_TO_ITEMS_PROPORTIONALLY" | "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY":
            return _proportionally(discount, cart, effect, value)
    return _unknown_effect(effect, "an AMOUNT")


def percent_off(discount: Discount, cart: Cart) -> PricingResult:
    """Take ``percent_off`` per cent off what earlier discounts left of the order or each line."""
    if discount.percent_off is None:
        return InvalidDiscount("discount.percent_off is missing")
    percent = money.decimal(discount.percent_off)
    if percent is None:
        return InvalidDiscount(
            f"discount.percent_off {quoted(discount.percent_off)} is not a number"
        )
    if percent < 0:
        return InvalidDiscount("discount.percent_off is negative")
    part, whole = percent.numerator, money.CENTS * percent.denominator

    def line_value(line: CoveredLine, units: int, left: int) -> int:
        return money.part_of(left * units, part, whole * line.quantity) if units else 0

    def line_term(line: CoveredLine, units: int, left: int) -> Percentage:
        return Percentage(percent, left, units, line.quantity)

    effect = discount.effect or default_effect(discount)
    match effect:
        case "APPLY_TO_ORDER":
            return _off_order(discount, cart, Percentage(percent, cart.total_amount or 0))
        case "APPLY_TO_ITEMS":
            return _off_items(discount, cart, effect, line_value, line_term)
    return _unknown_effect(effect, "a PERCENT")


def new_price(discount: Discount, cart: Cart) -> PricingResult:
    """Take off what the order, or each covered unit of its items, costs above its new price."""
    per_item = any(target.price is not None for target in discount.applicable_to or ())
    effect = discount.effect or ("APPLY_TO_ITEMS" if per_item else "APPLY_TO_ORDER")
    if effect == "APPLY_TO_ITEMS" and per_item:
        return _above(discount, cart, effect, discount.fixed_amount)
    field = "applicable_to.price" if effect == "APPLY_TO_ITEMS" else "discount.fixed_amount"
    value = stated(field, discount.fixed_amount)
    if isinstance(value, InvalidDiscount):
        return value
    match effect:
        case "APPLY_TO_ORDER":
            return _off_order(discount, cart, Above(cart.total_amount or 0, value))
        case "APPLY_TO_ITEMS":
            return _above(discount, cart, effect, value)
    return _unknown_effect(effect, "a FIXED")


def _above(discount: Discount, cart: Cart, effect: str, fallback: int | None) -> PricingResult:
    """Value covered units at their cost above the line's new price, the highest if several."""

    def price_of(line: CoveredLine) -> int | None:
        prices = [target.price for target in line.targets if target.price is not None]
        return max(prices) if prices else fallback

    def line_value(line: CoveredLine, units: int, _left: int) -> int:
        price = price_of(line)
        return 0 if price is None else line.cost(units) - price * units

    def line_term(line: CoveredLine, units: int, _left: int) -> Above:
        return Above(line.cost(units), price_of(line) or 0, units)

    return _off_items(discount, cart, effect, line_value, line_term)


def _unknown_effect(effect: str, kind: str) -> InvalidDiscount:
    return InvalidDiscount(f"discount.effect {quoted(effect)} is unknown for {kind} discount")


def _off_order(discount: Discount, cart: Cart, term: Term) -> PricingResult:
    limits = (discount.amount_limit, discount.aggregated_amount_limit)
    return off_order(cart, f"{discount.type} APPLY_TO_ORDER", term, limits)


def _off_items(
    discount: Discount,
    cart: Cart,
    effect: str,
    line_value: LineValue,
    line_term: LineTerm,
    full_value: LineValue | None = None,
) -> PricingResult:
    """Take `line_value` off the covered lines; `full_value` is what the definition says of each.

    `line_term` says how a line's value is computed.
    """
    lines = _covered_lines(discount, cart)
    if isinstance(lines, InvalidDiscount):
        return lines
    limits = Limits(discount.amount_limit, discount.aggregated_amount_limit)
    left = cart.total_amount or 0
    contribution, wanted = spread(lines, line_value, left, limits)
    if full_value:
        _, wanted = spread(lines, full_value, left, limits)
    how = workings(lines, line_value, line_term, left, limits)
    return ValidDiscount(contribution, f"{discount.type} {effect}", wanted, workings=how)


def _covered_lines(discount: Discount, cart: Cart) -> Selection | InvalidDiscount:
    """Return the lines that the discount covers; an effect on items that is named needs some."""
    if discount.effect is not None and discount.applicable_to == ():
        return InvalidDiscount("applicable_to is an empty list: the discount covers no item")
    return select_lines(cart, discount.applicable_to or (), discount.inapplicable_to)


def _proportionally(discount: Discount, cart: Cart, effect: str, value: int) -> PricingResult:
    """Split one amount over the lines in proportion to their costs or to their units.

    A part is capped at the cost of the line's covered units; the excess is not redistributed.
    """
    selection = _covered_lines(discount, cart)
    if isinstance(selection, InvalidDiscount):
        return selection
    lines, left = selection.lines, cart.total_amount or 0
    limits = Limits(total=discount.aggregated_amount_limit)
    by_quantity = effect.endswith("_BY_QUANTITY")
    costs = [line.cost(line.units) for line in lines]
    weights = [line.units for line in lines] if by_quantity else costs
    shared, total = min(value, limits.of_total(left)), sum(weights)
    split = zip(lines, money.split(shared, weights), costs, strict=True)
    parts = {line.entry.place: min(part, cost) for line, part, cost in split}

    def line_value(line: CoveredLine, _units: int, _left: int) -> int:
        return parts[line.entry.place]

    def line_term(line: CoveredLine, _units: int, _left: int) -> Share:
        weight = line.units if by_quantity else line.cost(line.units)
        part = max(parts[line.entry.place], shared * weight // total)
        return Share(shared, weight, total, part, by_quantity)

    contribution, wanted = spread(selection, line_value, left, limits)
    if not selection.is_limited:
        wanted = limits.of_total(value) if total else 0
    how = workings(selection, line_value, line_term, left, limits)
    return ValidDiscount(contribution, f"{discount.type} {effect}", wanted, workings=how)
