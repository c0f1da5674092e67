"""Prepaid value: gift credits and loyalty points."""

from dataclasses import replace
from fractions import Fraction

from order_projector.domain import money
from order_projector.domain.arithmetic import Amount, Coins, Units
from order_projector.domain.cart import Cart
from order_projector.domain.discounts.covered import CoveredLine
from order_projector.domain.discounts.money_off import default_effect
from order_projector.domain.discounts.result import (
    InvalidDiscount,
    PricingResult,
    ValidDiscount,
    quoted,
    stated,
)
from order_projector.domain.discounts.selection import select_lines
from order_projector.domain.discounts.spreading import Limits, off_order, spread, workings
from order_projector.domain.lines import Contribution
from order_projector.domain.redeemables import Gift, Points


def spend_credits(gift: Gift, cart: Cart) -> PricingResult:
    """Take gift credits off the order, or off its items line by line until they are spent."""
    value = stated("gift.credits", gift.worth)
    if isinstance(value, InvalidDiscount):
        return value
    effect = gift.effect or default_effect(gift)
    rule = f"GIFT {effect}"
    match effect:
        case "APPLY_TO_ORDER":
            return _of_used(off_order(cart, rule, Amount(value)), gift)
        case "APPLY_TO_ITEMS":
            lines = select_lines(cart, gift.applicable_to, gift.inapplicable_to)
            if isinstance(lines, InvalidDiscount):
                return lines
            left, limits = cart.total_amount or 0, Limits(total=value)
            contribution, _ = spread(lines, _cost, left, limits)
            how = workings(lines, _cost, _units, left, limits)
            return ValidDiscount(contribution, rule, gift.used, workings=how)
    return InvalidDiscount(f"gift.effect {quoted(effect)} is unknown")


def _of_used(result: PricingResult, gift: Gift) -> PricingResult:
    """Leave it open what a gift card should pay if the redemption does not say what it used."""
    if isinstance(result, ValidDiscount) and gift.used is None:
        return replace(result, wanted=None)
    return result


def spend_points(points: Points, cart: Cart) -> PricingResult:
    """Take loyalty points off the order: as coins if the reward is a coin, else as cents.

    A reward other than a coin (a campaign, a material) changes no amount.
    """
    if points.reward not in (None, "COIN"):
        return ValidDiscount(Contribution(), "POINTS for a reward that is not a coin")
    value = stated("loyalty_card.points", points.points)
    if isinstance(value, InvalidDiscount):
        return value
    if points.coin is None:
        return off_order(cart, "POINTS as cents", Amount(value))
    exchange = _ratio("exchange_ratio", points.coin.exchange_ratio)
    if isinstance(exchange, InvalidDiscount):
        return exchange
    per = _ratio("points_ratio", points.coin.points_ratio)
    if isinstance(per, InvalidDiscount):
        return per
    return off_order(cart, "POINTS as coins", Coins(value, exchange, per))


def _cost(line: CoveredLine, units: int, _left: int) -> int:
    return line.cost(units)


def _units(line: CoveredLine, units: int, _left: int) -> Units:
    return Units.of(units, line.cost(units))


def _ratio(name: str, text: str | None) -> Fraction | InvalidDiscount:
    name = f"reward.parameters.coin.{name}"
    if text is None:
        return InvalidDiscount(f"{name} is missing")
    number = money.decimal(text)
    if number is None or number <= 0:
        return InvalidDiscount(f"{name} {quoted(text)} is not a positive number")
    return number
