"""Validity of texts and ids."""

from order_projector.domain.limits import LONGEST_ID

LONE_SURROGATE = "must not hold a lone surrogate"


def is_unicode(text: str) -> bool:
    """Whether the text is encodable as UTF-8: a JSON escape can produce a lone surrogate."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def fault_of_id(name: str) -> str | None:
    """Return why a text cannot be an id, or None if it can."""
    if not name:
        return "should not be empty"
    if len(name) > LONGEST_ID:
        return f"longer than {LONGEST_ID} characters"
    if "\0" in name:
        return "must not hold a NUL character"
    return None if is_unicode(name) else LONE_SURROGATE
