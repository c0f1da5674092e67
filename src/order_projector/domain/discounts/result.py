"""The two results of pricing a redemption."""

from dataclasses import dataclass, field

from order_projector.domain.arithmetic import Workings
from order_projector.domain.lines import Contribution

_LONGEST_QUOTE = 40


@dataclass(frozen=True, slots=True)
class ValidDiscount:
    """A valid discount and its contribution, which is empty if there was nothing left to discount.

    ``rule`` names the type and effect by which it was computed, with defaults filled in.
    ``wanted`` is what the definition and its own limits say, in cents, None where that is open.
    ``is_bounded`` is true if a bound of the order refused an entry of ``units``. ``workings`` says
    how it came about, line by line; only an explanation calls it, before the discount is applied.
    """

    contribution: Contribution
    rule: str
    wanted: int | None = None
    is_bounded: bool = False
    workings: Workings | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class InvalidDiscount:
    """A discount that applies nothing; ``reason`` is one line and names the field."""

    reason: str


PricingResult = ValidDiscount | InvalidDiscount


def quoted(text: str) -> str:
    """Quote a producer's text for use in a reason: on one line and truncated."""
    shown = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "..."
    return repr(shown)


def stated(field: str, value: int | None) -> int | InvalidDiscount:
    """Return the value of a required field, or why it is invalid."""
    if value is None:
        return InvalidDiscount(f"{field} is missing")
    return value if value >= 0 else InvalidDiscount(f"{field} is negative")
