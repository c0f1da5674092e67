"""What the order projector makes of the statement: no server, its own projection."""

from pathlib import Path

from bank_payments.events import event, record
from bank_payments.statement import read
from order_projector.testing import item, order_created, project

STATEMENT = (Path(__file__).parents[1] / "statement.csv").read_text().splitlines()
ENTRIES = list(read(STATEMENT, "EUR"))
VALUES = [record(entry)[1] for entry in ENTRIES]
ORDER = order_created("ord_1", items=[item("prod_mug", 2, price=1250)])


def test_nothing_of_it_is_refused() -> None:
    assert project(VALUES).dead_letters == ()


def test_nothing_that_a_statement_can_hold_is_refused() -> None:
    """The longest ids, the largest amount, an offset with seconds."""
    date, longest = "2026-03-01T12:03:00+01:00:30", 240 * "\U0001f4b6"
    lines = [STATEMENT[0], f"{date},{longest},{longest},90071992547409.91,{longest},0"]
    values = [record(entry)[1] for entry in read(lines, "EUR")]
    assert len(values) == 1
    assert project(values).dead_letters == ()


def test_the_parts_pay_the_order_and_the_refund_is_taken_off() -> None:
    order = project([ORDER, *VALUES]).order("ord_1")
    assert order["status"] == "PAID"
    assert order["payments"] == {
        "tr_1001": {
            "date": "2026-03-01T11:03:00.000Z",
            "status": "SUCCEEDED",
            "amount": 1250,
            "currency": "EUR",
            "method": "transfer",
        },
        "tr_1002": {
            "date": "2026-03-01T11:04:00.000Z",
            "status": "SUCCEEDED",
            "amount": 1250,
            "refunded_amount": 300,
            "currency": "EUR",
            "method": "transfer",
        },
    }


def test_publishing_it_again_changes_nothing() -> None:
    once, twice = project([ORDER, *VALUES]), project([ORDER, *VALUES, *VALUES])
    assert (twice.orders, twice.updates) == (once.orders, once.updates)


def test_all_of_an_order_has_its_key() -> None:
    assert {record(entry)[0] for entry in ENTRIES} == {b"ord_1"}


def test_every_entry_has_an_id_of_its_own() -> None:
    ids = [event(entry)["id"] for entry in ENTRIES]
    assert ids == ["bank_tr_1001", "bank_tr_1002", "bank-refund_rf_2001"]


def test_no_payment_has_the_event_id_of_a_refund() -> None:
    date = "2026-03-01T12:03:00Z"
    lines = [f"{date},ord_1,a_b,1,,", f"{date},ord_1,a,1,b,1", f"{date},ord_1,b,1,,"]
    ids = [event(entry)["id"] for entry in read([STATEMENT[0], *lines], "EUR")]
    assert ids == ["bank_a_b", "bank-refund_b", "bank_b"]
