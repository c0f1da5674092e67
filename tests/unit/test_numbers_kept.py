"""Metadata comes back as given, so a number that double precision would change is rejected."""

import pytest

from order_projector.events.outcome import Rejected
from tests.support.events import code, order_of, read

EVENT = (
    '{"id":"e","type":"order.created","created_at":"2026-03-01T10:00:00Z","data":{"order":'
    '{"id":"ord_1","metadata":{"x":%s},"loyalty":%s}}}'
)

CHANGED = (
    "123456789012345678.5",
    "9007199254740993.0",
    "0.12345678901234567890123",
    "1e-400",
    "3.0e-324",
    "1." + "0" * 500 + "1",
)


@pytest.mark.parametrize("number", CHANGED)
def test_a_number_that_double_precision_would_change_is_an_invalid_event(number: str) -> None:
    outcome = read((EVENT % (number, "1")).encode())
    assert isinstance(outcome, Rejected)
    assert outcome.code == "invalid_event"
    assert outcome.message == ("data.order.metadata.x: a number that double precision would change")


@pytest.mark.parametrize("number", CHANGED)
def test_in_a_field_that_is_not_ours_such_a_number_costs_nothing(number: str) -> None:
    assert code((EVENT % ("1", number)).encode()) == ""


@pytest.mark.parametrize(
    "number", ["0.1", "0.30", "1e23", "1.5e3", "-2.50E-3", "1e2", "0.1000000000000000", "-0.0"]
)
def test_a_number_that_stays_the_same_is_kept(number: str) -> None:
    metadata = order_of((EVENT % (number, "1")).encode())["metadata"]
    assert metadata == {"x": float(number)}


def test_a_long_number_in_a_text_changes_nothing() -> None:
    text = '"123456789012345678.5 and 1e-400"'
    assert order_of((EVENT % (text, "1")).encode())["metadata"]["x"].startswith("1234567890123")


@pytest.mark.parametrize("text", [r'"a \" quote"', '"a\\\\"', '"[1,2:3]"', '"\\u0022"'])
def test_texts_around_such_a_number_do_not_hide_it(text: str) -> None:
    number = "9007199254740993.0"
    assert code((EVENT % (f'{number},"y":{text}', text)).encode()) == "invalid_event"
    assert code((EVENT % (f'{text},"y":{number}', text)).encode()) == "invalid_event"


@pytest.mark.parametrize("text", ["9e9", "0e0a1e", "9" * 30, "1.5e3, [2e2", "550e8400-e29b-41d4"])
def test_ids_that_look_like_numbers_do_not_hide_a_number_that_changes(text: str) -> None:
    number, quoted = "9007199254740993.0", f'"{text}"'
    assert code((EVENT % (f'{number},"y":{quoted}', quoted)).encode()) == "invalid_event"
    assert code((EVENT % (f'{quoted},"y":{number}', quoted)).encode()) == "invalid_event"
    assert order_of((EVENT % (quoted, number)).encode())["metadata"] == {"x": text}
