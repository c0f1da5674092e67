"""Prices in the catalogue objects, ``product`` and ``sku``, of items and discounts."""

from collections.abc import Mapping
from typing import Any


def catalogue_price(*catalogues: Mapping[str, Any] | None) -> int | None:
    """Return the first price that is given, or None."""
    for catalogue in catalogues:
        if catalogue and catalogue.get("price") is not None:
            return int(catalogue["price"])
    return None
