"""What a text may hold, and what an id may be."""

LONGEST_ID = 256
LONE_SURROGATE = "must not hold a lone surrogate"


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can write the text: JSON escapes can write half of a character, too."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def fault_of_id(name: str) -> str | None:
    """Why a text cannot be an id; None where it can."""
    if not name:
        return "should not be empty"
    if len(name) > LONGEST_ID:
        return f"longer than {LONGEST_ID} characters"
    if "\0" in name:
        return "must not hold a NUL character"
    return None if is_unicode(name) else LONE_SURROGATE
