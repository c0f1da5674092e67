"""What a bank's statement says, line by line."""

from datetime import datetime

import pytest

from bank_payments.statement import Entry, Refund, StatementError, read

HEAD = "date,order,payment,received,refund,refunded"
DATE = "2026-03-01T12:03:00+01:00"


def entries(*lines: str) -> list[Entry]:
    return list(read([HEAD, *lines], "EUR"))


def test_a_line_is_a_payment_in_exact_cents() -> None:
    assert entries(f"{DATE},ord_1,tr_1,1187.29,,") == [
        Entry(datetime.fromisoformat(DATE), "ord_1", "tr_1", 118729, "EUR")
    ]


def test_a_line_with_a_refund_is_a_refund_of_its_payment() -> None:
    (entry,) = entries(f"{DATE},ord_1,tr_1,22.50,rf_1,3")
    assert (entry.received, entry.refund) == (2250, Refund("rf_1", 300))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{DATE},ord_1,tr_1,22.505,,", "line 3: received: '22.505' is no amount in whole cents"),
        (f"{DATE},ord_1,tr_1,-1,,", "line 3: received: '-1' is no amount in whole cents"),
        (f"{DATE},ord_1,tr_1,NaN,,", "line 3: received: 'NaN' is no amount in whole cents"),
        (f"{DATE},o,p,1e999999999,,", "line 3: received: '1e999999999' is no amount"),
        (f"{DATE},o,p,1e-999999999,,", "line 3: received: '1e-999999999' is no amount"),
        (
            f"{DATE},o,p,1.00000000000000000000000000001,,",
            "line 3: received: '1.00000000000000000000000000001' is no amount",
        ),
        (f"{DATE},ord_1,tr_1,1_0,,", "line 3: received: '1_0' is no amount"),
        (f"{DATE},ord_1,tr_1,1e2,,", "line 3: received: '1e2' is no amount"),
        (f"{DATE},ord_1,tr_1,+1,,", "line 3: received: '+1' is no amount"),
        (f"{DATE},ord_1,tr_1,\u0661,,", "line 3: received: '\u0661' is no amount"),
        (f'{DATE},ord_1,tr_1,"22,50",,', "line 3: received: '22,50' is no amount"),
        (f"{DATE},,tr_1,1,,", "line 3: order: is missing"),
        (f"{DATE},ord_1,tr_1,1,rf_1,", "line 3: refunded: is missing"),
        (f"{DATE},ord_1,tr_1,1,,3", "line 3: refund: is missing"),
        (f"{DATE},ord_1,tr_1,1,", "line 3: should have 6 columns"),
        (f"{DATE},ord_1,tr_1,1,,,", "line 3: should have 6 columns"),
        (f"{DATE},ord_1,tr_1,1,rf_1,3,00", "line 3: should have 6 columns"),
        ("2026-03-01T12:03:00,o,p,1,,", "line 3: date: 2026-03-01T12:03:00 has no time zone"),
        (
            "0001-01-01T00:00:00+01:00,o,p,1,,",
            "line 3: date value out of range",
        ),
        (
            f"{DATE},{'o' * 241},p,1,,",
            "line 3: order: should have at most 240 characters, none of them NUL",
        ),
        (
            f"{DATE},o,p\0,1,,",
            "line 3: payment: should have at most 240 characters, none of them NUL",
        ),
        (
            f"{DATE},o,p,90071992547409.92,,",
            "line 3: received: more than 9007199254740991 cents",
        ),
        ("noon,o,p,1,,", "line 3: Invalid isoformat string: 'noon'"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, said: str) -> None:
    with pytest.raises(StatementError) as raised:
        entries(f"{DATE},ord_1,tr_0,1.00,,", line)
    assert str(raised.value) == said


def test_other_columns_are_an_error() -> None:
    with pytest.raises(StatementError, match="line 1: the columns should be date,order,"):
        list(read(["date;order"], "EUR"))
