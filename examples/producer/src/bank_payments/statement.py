"""A bank's statement: one payment or refund a line, as CSV."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

COLUMNS = ("date", "order", "payment", "received", "refund", "refunded")


class StatementError(ValueError):
    """A line that cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back, in cents."""

    id: str
    cents: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a payment that was received, or a refund of it; amounts in cents."""

    date: datetime
    order_id: str
    payment_id: str
    received: int
    currency: str
    refund: Refund | None = None


def read(lines: Iterable[str], currency: str) -> Iterator[Entry]:
    """The entries of a statement, all in one currency. Raises StatementError."""
    rows = csv.DictReader(lines)
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise StatementError(f"line 1: the columns should be {','.join(COLUMNS)}")
    for row in rows:
        try:
            yield _entry(row, currency)
        except ValueError as error:
            raise StatementError(f"line {rows.line_num}: {error}") from None


def _entry(row: dict[str, str | None], currency: str) -> Entry:
    date = datetime.fromisoformat(_needed(row, "date"))
    if date.tzinfo is None:
        raise ValueError(f"date: {row['date']} has no time zone")
    return Entry(
        date=date,
        order_id=_needed(row, "order"),
        payment_id=_needed(row, "payment"),
        received=_cents(row, "received"),
        currency=currency,
        refund=Refund(_needed(row, "refund"), _cents(row, "refunded")) if row["refund"] else None,
    )


def _needed(row: dict[str, str | None], column: str) -> str:
    if not (text := row[column]):
        raise ValueError(f"{column}: is missing")
    return text


def _cents(row: dict[str, str | None], column: str) -> int:
    """An amount such as 22.50, exactly: no float comes near it."""
    text = _needed(row, column)
    try:
        cents = Decimal(text) * 100
    except InvalidOperation:
        raise ValueError(f"{column}: {text!r} is no amount") from None
    if not cents.is_finite() or cents < 0 or cents != cents.to_integral_value():
        raise ValueError(f"{column}: {text!r} is no amount in whole cents")
    return int(cents)
