"""A bank's statement: one payment or refund per line, as CSV."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

COLUMNS = ("date", "order", "payment", "received", "refund", "refunded")

_LONGEST_ID = 240
"""With a prefix, an id makes the id of an event, which may have 256 characters."""

_EXACT = Context(traps=[InvalidOperation, Overflow, Inexact])

_AMOUNT = re.compile(r" *[0-9]+(\.[0-9]*)? *")

_LARGEST_AMOUNT = 2**53 - 1
"""In cents: the largest that the order projector accepts."""


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
    """Yield a statement's entries, all in one currency; raise StatementError if one is invalid."""
    rows = csv.DictReader(lines)
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise StatementError(f"line 1: the columns should be {','.join(COLUMNS)}")
    for row in rows:
        try:
            yield _entry(row, currency)
        except (ValueError, OverflowError) as error:  # date in year 0 in UTC
            raise StatementError(f"line {rows.line_num}: {error}") from None


def _entry(row: dict[str, str], currency: str) -> Entry:
    if None in row or None in row.values():  # how csv tells of more values or fewer
        raise ValueError(f"should have {len(COLUMNS)} columns")
    date = datetime.fromisoformat(_needed(row, "date"))
    if date.tzinfo is None:
        raise ValueError(f"date: {row['date']} has no time zone")
    return Entry(
        date=date.astimezone(UTC),
        order_id=_id(row, "order"),
        payment_id=_id(row, "payment"),
        received=_cents(row, "received"),
        currency=currency,
        refund=_refund(row),
    )


def _refund(row: dict[str, str]) -> Refund | None:
    if row["refund"] or row["refunded"]:
        return Refund(_id(row, "refund"), _cents(row, "refunded"))
    return None


def _needed(row: dict[str, str], column: str) -> str:
    if not (text := row[column]):
        raise ValueError(f"{column}: is missing")
    return text


def _id(row: dict[str, str], column: str) -> str:
    text = _needed(row, column)
    if len(text) > _LONGEST_ID or "\0" in text:
        raise ValueError(
            f"{column}: should have at most {_LONGEST_ID} characters, none of them NUL"
        )
    return text


def _cents(row: dict[str, str], column: str) -> int:
    """Parse an amount such as 22.50 exactly, without any float or rounding."""
    text = _needed(row, column)
    try:
        cents = _EXACT.multiply(Decimal(text), 100)
    except ArithmeticError:
        raise ValueError(f"{column}: {text!r} is no amount") from None
    if not cents.is_finite() or cents < 0 or cents != cents.to_integral_value():
        raise ValueError(f"{column}: {text!r} is no amount in whole cents")
    if not _AMOUNT.fullmatch(text):  # Decimal reads more, such as 1_0 and digits of other scripts
        raise ValueError(f"{column}: {text!r} is no amount")
    if cents > _LARGEST_AMOUNT:
        raise ValueError(f"{column}: more than {_LARGEST_AMOUNT} cents")
    return int(cents)
