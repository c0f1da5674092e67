"""Amounts as people write them: in units of their currency, with its number of decimals."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from order_projector.domain.payments import Payments

_NONE = ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND")

_DECIMALS: Final = {
    **dict.fromkeys((*_NONE, "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Decimals of the currencies of ISO 4217 that have others than two."""

_USUAL: Final = 2
_MORE: Final = 4
"""Decimals of a result that are shown beyond those of the currency, before it is cut."""


@dataclass(frozen=True, slots=True)
class Currency:
    """Writes amounts of one currency; without a known code, in the smallest unit as they are."""

    code: str | None = None

    @classmethod
    def of(cls, text: str | None) -> "Currency":
        """Return the currency of a code in any case; an unknown one if the text is not a code."""
        is_code = text is not None and len(text) == 3 and text.isascii() and text.isalpha()
        return cls(text.upper()) if text is not None and is_code else cls()

    @property
    def decimals(self) -> int:
        """How many decimals its amounts have."""
        return 0 if self.code is None else _DECIMALS.get(self.code, _USUAL)

    def plain(self, cents: int) -> str:
        """Write an amount alone: ``22.50``."""
        if not self.decimals:
            return str(cents)
        units, rest = divmod(abs(cents), 10**self.decimals)
        return f"{'-' if cents < 0 else ''}{units}.{rest:0{self.decimals}}"

    def named(self, cents: int) -> str:
        """Write an amount with its currency: ``22.50 USD``."""
        return f"{self.plain(cents)} {self.code}" if self.code else str(cents)

    def full(self, cents: int) -> str:
        """Write an amount with its currency, and in minor units: ``22.50 USD (2250)``."""
        return f"{self.named(cents)} ({cents})" if self.code else str(cents)

    def with_minor_units(self, cents: int) -> str:
        """Write an amount, and the same in minor units: ``22.50 (2250)``."""
        return f"{self.plain(cents)} ({cents})" if self.code else str(cents)

    def signed(self, cents: int) -> str:
        """Write a change alone, with its sign: ``+2.50``."""
        return f"{'+' if cents >= 0 else ''}{self.plain(cents)}"

    def change(self, cents: int) -> str:
        """Write a change as `with_minor_units` does, with its sign: ``+2.50 (+250)``."""
        return f"{self.signed(cents)} ({cents:+d})" if self.code else f"{cents:+d}"

    def exact(self, cents: Fraction) -> str:
        """Write an amount that need not be whole: ``2.8975``, cut: ``0.666666...``."""
        if cents.denominator == 1:
            return self.plain(cents.numerator)
        places = self.decimals + _MORE
        digits, rest = divmod(abs(cents.numerator) * 10**_MORE, cents.denominator)
        whole, part = divmod(digits, 10**places)
        text = f"{'-' if cents < 0 else ''}{whole}.{part:0{places}}"
        return f"{text}..." if rest else text.rstrip("0")


def currency_of(payments: Payments) -> Currency:
    """Return the currency in which an order's money is counted, else the only one it names."""
    if payments.currency:
        return Currency.of(payments.currency)
    return only_currency(it.currency for it in payments.by_id.values())


def only_currency(named: Iterable[str | None]) -> Currency:
    """Return the one currency that is named; if there are several or none, it is not known."""
    codes = {code.upper() for code in named if code}
    return Currency.of(codes.pop() if len(codes) == 1 else None)
