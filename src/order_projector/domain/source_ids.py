"""Ids derived from source ids, for what events name only by the merchant's own id."""

import re
from hashlib import sha256
from typing import Final

_CUSTOMER: Final = re.compile(r"cust_[0-9a-f]{32}")


def order_id_from(source_id: str) -> str:
    """Return the id of an order that is named only by its source id."""
    return _derived("ord", source_id)


def customer_id_of(source_id: str) -> str:
    """Return the id of a customer or referrer of whom no event gives another."""
    return _derived("cust", source_id)


def is_customer_id(name: str) -> bool:
    """Whether an id has the form of those that `customer_id_of` returns."""
    return _CUSTOMER.fullmatch(name) is not None


def _derived(prefix: str, source_id: str) -> str:
    return f"{prefix}_{sha256(source_id.encode()).hexdigest()[:32]}"
