"""The two results of pricing a redemption."""

from dataclasses import dataclass

from order_projector.domain.lines import Contribution

_LONGEST_QUOTE = 40


@dataclass(frozen=True, slots=True)
class ValidDiscount:
    """A valid discount and what it contributes, which is nothing where nothing was left.

    ``rule`` names the type and the effect by which it was computed, defaults filled in.
    """

    contribution: Contribution
    rule: str


@dataclass(frozen=True, slots=True)
class InvalidDiscount:
    """A discount that applies nothing; ``reason`` is one line and names the field."""

    reason: str


PricingResult = ValidDiscount | InvalidDiscount


def quoted(text: str) -> str:
    """A producer's text as it can stand in a reason: on one line, and not endless."""
    shown = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "..."
    return repr(shown)


def stated(field: str, value: int | None) -> int | InvalidDiscount:
    """The value of a field that has to carry one."""
    if value is None:
        return InvalidDiscount(f"{field} is missing")
    return value if value >= 0 else InvalidDiscount(f"{field} is negative")
