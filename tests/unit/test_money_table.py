"""One table: every event, with total, money and status before and after it (section 6)."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.events import (
    Json,
    captured,
    event_at,
    order_event,
    paid,
    redeemed,
    refunded,
    rolled_back,
)
from tests.support.money import kept, state_of
from tests.support.money_rows import SECTIONS, Row

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "money.md"
HEAD = [
    "| rule | before | event | `total_amount` | money kept | status |",
    "|---|---|---|---|---|---|",
]

ROWS = [
    pytest.param(row, id=f"{section}: {row.before}; {row.event}".replace("`", ""))
    for section, rows in SECTIONS.items()
    for row in rows
]


def told(row: Row) -> tuple[list[Json], Json]:
    """Return a row's events, one a minute, as a producer sends them: those before, and the last."""
    texts = [] if row.before == "nothing" else row.before.split(", ")
    redeemed_before: list[str] = []
    *before, last = (
        event_of(minute, text.split(), redeemed_before)
        for minute, text in zip(count(), [*texts, row.event])
    )
    return before, last


def event_of(minute: int, words: list[str], known: list[str]) -> Json:
    """Return the event that these words describe; a rollback undoes the last known redemption."""
    match words:
        case [kind, *rest] if kind.startswith("order"):
            return order_told(minute, kind, rest)
        case [kind, *rest] if kind.startswith(("redemption", "rollback")):
            return redemption_told(minute, kind, rest, known)
        case [name, kind, *money]:
            return payment_told(minute, name, kind, *money)
        case _:
            raise ValueError(words)


def order_told(minute: int, kind: str, rest: list[str]) -> Json:
    """Return an `order.*` event."""
    match kind, rest:
        case "order", ["of", amount, *given]:
            return order_event(minute, "created", amount=int(amount), **status(given))
        case "order.updated", [amount]:
            return order_event(minute, amount=int(amount))
        case _:
            return order_event(minute, kind.removeprefix("order."), **status(rest))


def redemption_told(minute: int, kind: str, rest: list[str], known: list[str]) -> Json:
    """Return a redemption, with or without a coupon, or a rollback."""
    match kind, rest:
        case "redemption", ["takes", amount]:
            off = {"type": "AMOUNT", "amount_off": int(amount), "effect": "APPLY_TO_ORDER"}
            known.append(f"r_{minute}")
            voucher = {"id": "v_1", "discount": off}
            return redeemed(minute, known[-1], order={"id": "ord_1"}, voucher=voucher)
        case "redemption", given:
            known.append(f"r_{minute}")
            return redeemed(minute, known[-1], order={"id": "ord_1", **status(given)})
        case "rollback", given:
            return rolled_back(minute, f"rr_{minute}", known.pop(), **status(given))
        case _:
            return event_at(minute, kind, {"order": {"id": "ord_1"}})


def status(given: list[str]) -> Json:
    return {"status": given[1]} if given else {}


def payment_told(
    minute: int, name: str, kind: str, amount: str = "1000", currency: str | None = None
) -> Json:
    """Return a payment event; captures and refunds are named after their minute."""
    match kind:
        case "captured":
            return captured(minute, int(amount), f"cap_{minute}", by=name, currency=currency)
        case "refunded":
            refund = f"ref_{minute}"
            return refunded(minute, int(amount), of=1000, name=refund, by=name, currency=currency)
        case _:
            return paid(minute, int(amount), kind, name, currency=currency)


def change(cell: str) -> tuple[str, str]:
    """Return what a cell says about the time before and after an event."""
    before, _, after = cell.partition(" → ")
    return before, after or before


def moment(events: list[Json]) -> tuple[str, str, str]:
    """Return the total, the money kept and the status after these events, in any arrival order."""
    state, again = state_of(*events), state_of(*reversed(events))
    assert state.status is again.status, "arrival must not matter"
    total = state.cart.total_amount
    return "-" if total is None else str(total), str(kept(*events)), state.status.value


@pytest.mark.parametrize("row", ROWS)
def test_an_event_changes_the_total_the_money_kept_and_the_status_as_the_table_says(
    row: Row,
) -> None:
    before, last = told(row)
    cells = [change(cell) for cell in (row.total, row.kept, row.status)]
    assert moment(before) == tuple(cell[0] for cell in cells)
    assert moment([*before, last]) == tuple(cell[1] for cell in cells)


def test_the_table_has_every_type_of_event_that_concerns_status_or_money() -> None:
    types = {
        event["type"] for rows in SECTIONS.values() for row in rows for event in (told(row)[1],)
    }
    assert types == {
        *("redemption.succeeded", "redemption.failed"),
        *("redemption.rollback.succeeded", "redemption.rollback.failed"),
        *("payment.authorized", "payment.succeeded", "payment.failed", "payment.canceled"),
        *("payment.refunded", "order.created", "order.updated", "order.paid", "order.canceled"),
        *("order.fulfilled", "order.processing"),
    }


def test_the_page_of_money_shows_the_same_table() -> None:
    shown = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    assert shown == list(table())


def table() -> Iterator[str]:
    """Yield the lines of the table in Markdown."""
    yield from HEAD
    for section, rows in SECTIONS.items():
        yield f"| **{section}** | | | | | |"
        for row in rows:
            yield f"| {' | '.join(row)} |"
