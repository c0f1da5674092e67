"""What a decoder finds wrong, in a sentence about a property of the body."""

import re
from typing import Final

_PREFIX: Final = "data.order"
_REASONS: Final = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (r"^Input should be a valid (?=[aeiou])", "must be an "),
        (r"^Input should be a valid ", "must be a "),
        (r"^Input should be ", "must be "),
        (r"^String should have ", "must have "),
        (r"^should not ", "must not "),
        (r"^should ", "must "),
        (r"^longer than (\d+ characters)$", r"must have at most \1"),
        (r"^more than (\d+ entries)$", r"must have at most \1"),
        (r"^their amounts add up to more than (\d+)$", r"must have amounts up to \1 in all"),
        (r"^\d+ units of \d+ come to more than \d+$", r"must not be as large: \g<0>"),
        (r"^not an ISO 8601 ", "must be an ISO 8601 "),
        (r"^an integer beyond 64 bits$", "must be an integer within 64 bits"),
        (r"^(a number that double precision would) (change)$", r"must be \1 not \2"),
        (r"^a key must not hold ", "must not have a key that holds "),
    )
)
"""The reasons of the decoder, which are written for senders of events."""


def property_message(message: str) -> str:
    """Return a decoder's message about a property of the order, by its leading-dot path."""
    place, colon, reason = message.partition(": ")
    if not colon or not place.startswith(_PREFIX):
        return message
    path = place.removeprefix(_PREFIX)
    return f"Property {path} {sentence_of(reason)}" if path else f"The order {sentence_of(reason)}"


def sentence_of(reason: str) -> str:
    """Return what is wrong with a property as what it must, or must not, be."""
    for pattern, sentence in _REASONS:
        reason = pattern.sub(sentence, reason)
    return reason
