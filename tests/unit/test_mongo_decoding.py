"""Any document is decoded without an error, whatever bytes it contains."""

import bson
import pytest
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument

from order_projector.adapters.mongo.decoding import RAW, decoded


def raw(document: dict[str, object]) -> RawBSONDocument:
    return RawBSONDocument(bson.encode(document), RAW)


def test_what_was_written_here_is_decoded_as_it_was_written() -> None:
    document: dict[str, object] = {
        "_id": "o",
        "z": {"$ref": "orders", "a": 1, "$id": [{"$ref": 7}]},
        "n": None,
    }

    assert repr(decoded(raw(document))) == repr(document)


@pytest.mark.parametrize(
    "value",
    [DatetimeMS(2**62), [DatetimeMS(-(2**62))], {"$ref": 7, "$id": DatetimeMS(2**62)}],
    ids=["date", "list", "reference"],
)
def test_a_date_beyond_the_calendar_is_no_reason_to_fail(value: object) -> None:
    assert decoded(raw({"_id": "o", "x": value}))["_id"] == "o"


def test_a_text_that_is_no_utf_8_is_no_reason_to_fail() -> None:
    broken = bson.encode({"_id": "o", "x": "????"}).replace(b"????", b"\xff\xfe??")

    assert decoded(RawBSONDocument(broken, RAW)) == {"_id": "o", "x": "\ufffd\ufffd??"}
