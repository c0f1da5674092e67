"""The ledger: one row per order, in SQLite."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from customer_spend.spend import OrderSpend

_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    order_id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    customer_id TEXT,
    cents INTEGER NOT NULL,
    currency TEXT
);
CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (customer_id);
"""

_RECORD = """
INSERT INTO orders (order_id, revision, customer_id, cents, currency) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (order_id) DO UPDATE
SET revision = excluded.revision, customer_id = excluded.customer_id, cents = excluded.cents,
    currency = excluded.currency
WHERE excluded.revision > orders.revision
"""

_TOTALS = """
SELECT currency, sum(cents) FROM orders WHERE customer_id = ?
GROUP BY currency HAVING sum(cents) > 0 ORDER BY currency
"""


class Ledger:
    """What each customer has spent.

    The ledger keeps the highest revision of each order: repeats and older revisions change nothing,
    so the same records may be read again, in any order.
    """

    def __init__(self, file: Path) -> None:
        """Open the ledger in this file; create it if it does not exist."""
        self._connection = sqlite3.connect(file)
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def record(self, spends: Iterable[OrderSpend]) -> None:
        """Record all of them or none; once this returns, they are on disk."""
        rows = [(it.order_id, it.revision, it.customer_id, it.cents, it.currency) for it in spends]
        with self._connection:
            self._connection.executemany(_RECORD, rows)

    def totals(self, customer_id: str) -> dict[str | None, int]:
        """Return what a customer has spent, in cents by currency; None for money that names none.

        Cents of different currencies cannot be added up.
        """
        found = self._connection.execute(_TOTALS, (customer_id,))
        return {currency: int(cents) for currency, cents in found}

    def revision(self, order_id: str) -> int:
        """Return the recorded revision of an order, or 0 if the order is unknown."""
        query = "SELECT revision FROM orders WHERE order_id = ?"
        row = self._connection.execute(query, (order_id,)).fetchone()
        return 0 if row is None else int(row[0])
