"""Flags: what the fold notices, and what the numbers of an order do not show.

A flag is a pure function of the order's facts. Its message says what its event wanted, what was
done, and what to change.
"""

from dataclasses import dataclass
from enum import StrEnum


class FlagCode(StrEnum):
    """The kinds of flags."""

    DISCOUNT_WITHOUT_EFFECT = "discount_without_effect"
    DISCOUNT_CUT = "discount_cut"
    AMOUNTS_DO_NOT_ADD_UP = "amounts_do_not_add_up"
    CARRIED_DISCOUNT = "carried_discount"
    UNKNOWN_REDEMPTION = "unknown_redemption"
    UNKNOWN_EVENT = "unknown_event"
    OTHER_CURRENCY = "other_currency"
    REFUND_EXCEEDS_PAYMENT = "refund_exceeds_payment"


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing noticed: the id of the event it belongs to, and what it is about.

    ``about`` is the id of the redemption, payment, refund, event or order that the code names.
    """

    code: FlagCode
    event: str
    about: str
    message: str
