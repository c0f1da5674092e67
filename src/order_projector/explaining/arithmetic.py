"""The arithmetic of a line, written as people write it: `12.5 % of 23.18 = 2.8975 -> 2.90`."""

from decimal import Context
from fractions import Fraction
from typing import Final

from order_projector.domain.arithmetic import (
    Above,
    Amount,
    Coins,
    Percentage,
    Share,
    Term,
    Units,
    Working,
)
from order_projector.domain.currency import Currency

_DIGITS: Final = Context(prec=120)


def formula(working: Working, currency: Currency) -> str:
    """Write how a sum was computed, rounded and capped; amounts are in the currency."""
    term = working.term
    rounded = currency.plain(term.rounded)
    text = _left(term, currency)
    if term.exact != term.rounded:
        text = f"{text} = {currency.exact(term.exact)} -> {rounded}"
    elif text != rounded:
        text = f"{text} = {rounded}"
    return f"{text}, capped at {currency.plain(working.taken)}" if working.is_capped else text


def _left(term: Term, currency: Currency) -> str:
    money = currency.plain
    match term:
        case Percentage(percent=percent, of=of, units=units, quantity=quantity):
            part = "" if units == quantity else f"{units}/{quantity} of "
            text = f"{_decimal(percent)} % of {part}{money(of)}"
        case Amount(cents=cents):
            text = money(cents)
        case Units(units=units, price=price):
            text = f"{units} units" if price is None else f"{units} x {money(price)}"
        case Above(cost=cost, price=price, units=units):
            text = f"{money(cost)} - {'' if units == 1 else f'{units} x '}{money(price)}"
        case Share(cents=cents, weight=weight, weights=weights, by_units=by_units):
            write = str if by_units else money
            text = f"{money(cents)} x {write(weight)} / {write(weights)}"
        case Coins(points=points, exchange=exchange, per=per):
            text = f"{points} points, {_decimal(exchange)} for {_decimal(per)}"
    return text


def _decimal(number: Fraction) -> str:
    """Write a number that some decimal text made."""
    text = f"{_DIGITS.divide(number.numerator, number.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
