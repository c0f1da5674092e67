"""Ids that are derived from source ids, so that all who derive them agree."""

from hashlib import sha256


def person_id(source_id: str | None) -> str | None:
    """Return the id of a customer or referrer of whom only a source id is known; None without."""
    return None if source_id is None else f"cust_{_digits(source_id)}"


def order_id(source_id: str) -> str:
    """Return the id of an order that is named by its source id only."""
    return f"ord_{_digits(source_id)}"


def _digits(source_id: str) -> str:
    return sha256(source_id.encode()).hexdigest()[:32]
