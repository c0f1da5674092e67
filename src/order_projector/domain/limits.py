"""The bounds of the contract: of one event, and of one order.

Decoding rejects an event that exceeds a bound by itself; the fold keeps an order within its bounds
(`bounds.py`). The page ``docs/reference/bounds.md`` lists what a producer meets.
"""

from typing import Final

EVENT_LIMIT: Final = 2_097_152
"""Default size limit of an event's value, in bytes; a larger one is not parsed."""

DEEPEST: Final = 64
"""The most nesting levels of objects and arrays in an event; its envelope is the first."""

LONGEST_ID: Final = 256
"""The most characters of an id."""

MOST_ENTRIES: Final = 500
"""Limit on an order's items, a definition's units or targets, and an event's stacked children."""

MOST_IN_A_REQUEST: Final = 100
"""Limit on the redemptions or rollbacks of one request."""

MOST_LINES: Final = 1_000
"""The largest number of lines of one order, including those that redemptions add."""

LARGEST_QUANTITY: Final = 2**31 - 1
"""The largest number of units of one line."""

LARGEST_AMOUNT: Final = 2**53 - 1
"""The largest amount in one field: the largest integer that every JSON reader keeps exact."""
