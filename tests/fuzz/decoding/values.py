"""Values that fields of a kind may never hold."""

from collections.abc import Mapping
from typing import Any

from tests.fuzz.decoding.corpus import raw
from tests.fuzz.decoding.shapes import Kind

MOST, MANY = 2**53 - 1, 2**31 - 1
LONG = raw("7" * 5_000)
HUGE = raw("1e999999999999999999999")
_NEVER: tuple[Any, ...] = (True, {}, [], [1])
_TOO_LARGE: tuple[Any, ...] = (HUGE, LONG, raw("7" * 400), raw("9" * 4_300))
_NO_NUMBER: tuple[Any, ...] = (
    *_NEVER,
    "5",
    -1,
    raw("-1e-300"),
    *_TOO_LARGE,
)
_NO_TEXT: tuple[Any, ...] = (*_NEVER, 5, 1.5, LONG, "\ud800", "half \udfff")
_NO_ID: tuple[Any, ...] = (*_NO_TEXT, "x" * 257, "x" * 300_000, "a\0b", "\0")
_NO_MONEY: tuple[Any, ...] = (*_NO_NUMBER, 1.5, MOST + 1, 10**30, raw("1e300"))

WRONG: Mapping[Kind, tuple[Any, ...]] = {
    Kind.ID: (*_NO_ID, ""),
    Kind.SOURCE: _NO_ID,
    Kind.MONEY: (*_NO_MONEY, 5.0, raw("1e2")),
    Kind.QUANTITY: (*_NO_MONEY, 5.0, raw("1e2"), MANY + 1),
    Kind.WHOLE_MONEY: _NO_MONEY,
    Kind.WHOLE_QUANTITY: (*_NO_MONEY, MANY + 1, raw("3e9")),
    Kind.DECIMAL: _NO_NUMBER,
    Kind.RATIO: (-1, raw("-1e-300"), *_TOO_LARGE, "\ud800"),
    Kind.POSITIVE: (*_NO_MONEY, 0, MANY + 1),
    Kind.NAME: ("x" * 257, "a\0b", "\ud800"),
    Kind.PRICE: (-1, MOST + 1, 10**30, *_TOO_LARGE),
    Kind.TEXT: _NO_TEXT,
    Kind.TIME: (
        *_NO_TEXT,
        "",
        "soon",
        "2026-13-01T10:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-03-01",
    ),
    Kind.STATUS: (*_NO_TEXT, "", "paid", "PAID\0"),
    Kind.OPAQUE: (
        *("x", 5, True, [1]),
        {"a": HUGE},
        {"a": [{"b": raw("9223372036854775808")}]},
        {"a": {"b\0": 1}},
        {"\ud800": 1},
        {"a": ["\udfff"]},
        {"a": [LONG]},
    ),
    Kind.OBJECT: ("x", 5, True, [1], LONG),
    Kind.LIST: ("x", 5, True, {"a": 1}, [5], ["x"], [[1]]),
}
"""By kind, values that make the event invalid in every field of that kind."""
