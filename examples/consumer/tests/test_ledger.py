"""The ledger is right whatever arrives, how often, and in which order."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from customer_spend.__main__ import main
from customer_spend.ledger import Ledger
from customer_spend.spend import OrderSpend, read
from order_projector.testing import (
    Update,
    item,
    order_created,
    order_updated,
    payment_refunded,
    payment_succeeded,
    project,
)

CREATED = order_created("ord_1", items=[item("prod_mug", 2, price=1250)], customer="cust_1")
PAID = payment_succeeded("ord_1", 2500)
UPDATES = [
    read(update.value) for update in project([CREATED, PAID, payment_refunded(PAID, 300)]).updates
]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "spend.db")
    yield ledger
    ledger.close()


def test_an_erased_order_is_taken_out_and_older_records_do_not_bring_it_back(
    ledger: Ledger,
) -> None:
    erased = Update("ord_1", 4, order={}, erased=True)
    ledger.record([*UPDATES, read(erased.value, erased.headers), UPDATES[1]])
    assert (ledger.totals("cust_1"), ledger.revision("ord_1")) == ({}, 4)


@pytest.mark.parametrize("updates", list(permutations(UPDATES)))
def test_the_highest_revision_of_an_order_counts_in_whatever_sequence(
    ledger: Ledger, updates: tuple[OrderSpend, ...]
) -> None:
    for update in updates:
        ledger.record([update])
    assert (ledger.totals("cust_1"), ledger.revision("ord_1")) == ({"USD": 2200}, 3)


def test_repeats_change_nothing(ledger: Ledger) -> None:
    ledger.record(UPDATES + UPDATES)
    ledger.record(UPDATES[:2])
    assert ledger.totals("cust_1") == {"USD": 2200}


def test_a_customer_has_the_orders_of_the_customer_alone(ledger: Ledger) -> None:
    other = project([order_created("ord_2", customer="cust_2"), payment_succeeded("ord_2", 700)])
    ledger.record([*UPDATES, *(read(update.value) for update in other.updates)])
    totals = [ledger.totals(name) for name in ("cust_1", "cust_2", "cust_3")]
    assert totals == [{"USD": 2200}, {"USD": 700}, {}]


def test_money_of_different_currencies_is_not_added_up(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.record([
        OrderSpend("ord_1", 1, "cust_1", 2500, "USD"),
        OrderSpend("ord_2", 1, "cust_1", 300, "JPY"),
        OrderSpend("ord_3", 1, "cust_1", 500, "USD"),
        OrderSpend("ord_4", 1, "cust_1", 7),
    ])  # fmt: skip

    assert ledger.totals("cust_1") == {None: 7, "JPY": 300, "USD": 3000}
    assert printed(tmp_path, "cust_1", capsys) == ["7", "300 JPY", "3000 USD"]
    assert printed(tmp_path, "cust_2", capsys) == ["0"]


def printed(folder: Path, customer: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines that the command prints of a customer."""
    with pytest.MonkeyPatch.context() as patch:
        ledger = str(folder / "spend.db")
        patch.setattr("sys.argv", ["customer-spend", "--ledger", ledger, "total", customer])
        main()
    return capsys.readouterr().out.splitlines()


def test_an_order_that_changes_its_customer_takes_its_money_along(ledger: Ledger) -> None:
    moved = project([CREATED, PAID, order_updated("ord_1", customer="cust_2")])
    ledger.record(read(update.value) for update in moved.updates)
    assert (ledger.totals("cust_1"), ledger.totals("cust_2")) == ({}, {"USD": 2500})


def test_a_batch_is_recorded_whole_or_not_at_all(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="no object"):
        ledger.record(read(value) for value in (project([CREATED]).updates[0].value, b"[]"))
    assert ledger.revision("ord_1") == 0


def test_the_ledger_outlives_its_process(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record(UPDATES)
    again = Ledger(tmp_path / "spend.db")
    assert again.totals("cust_1") == {"USD": 2200}
    again.close()


def by_source_id(payment: str, amount: int) -> dict[str, Any]:
    """Return a payment from a sender that knows only the shop's own number."""
    return {
        "id": f"evt_{payment}",
        "type": "payment.succeeded",
        "created_at": "2026-03-01T12:00:00Z",
        "data": {"payment": {"id": payment, "order_source_id": "shop/1", "amount": amount}},
    }


NAMED = {
    "id": "evt_named",
    "type": "order.created",
    "created_at": "2026-03-01T11:00:00Z",
    "data": {
        "order": {"id": "ord_1", "source_id": "shop/1", "customer": {"id": "cust_1"}},
    },
}
MERGED = [read(update.value) for update in project([by_source_id("pay_1", 2500), NAMED]).updates]


@pytest.mark.parametrize("updates", list(permutations(MERGED)))
def test_money_that_came_by_a_source_id_counts_once_where_its_order_went(
    ledger: Ledger, updates: tuple[OrderSpend, ...]
) -> None:
    for update in updates:
        ledger.record([update])
    assert ledger.totals("cust_1") == {None: 2500}
    assert [update.cents for update in MERGED] == [2500, 0, 0, 2500]


def test_a_revision_that_was_raised_after_a_restore_replaces_what_was_kept(ledger: Ledger) -> None:
    """The restored order has fewer payments than the one that was announced before."""
    restored = OrderSpend("ord_1", 9, "cust_1", 700, "USD")
    ledger.record([*UPDATES, restored, *UPDATES])
    assert (ledger.totals("cust_1"), ledger.revision("ord_1")) == ({"USD": 700}, 9)
