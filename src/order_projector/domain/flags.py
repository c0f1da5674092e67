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
    SOURCE_ID_TAKEN = "source_id_taken"
    SOURCE_ID_SHARED = "source_id_shared"
    NAMES_NOT_JOINED = "names_not_joined"


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing noticed: the id of the event it belongs to, and what it is about.

    ``about`` is the id of the redemption, payment, refund, event or order that the code names, or
    a source id.
    """

    code: FlagCode
    event: str
    about: str
    message: str
