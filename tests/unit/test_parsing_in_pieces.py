"""A long array is parsed piece by piece, to the same value as at once."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_projector.events import parsing_in_pieces
from order_projector.events.parsing import parse
from order_projector.events.parsing_in_pieces import PIECE, NoArray, array_in_pieces

TEXTS = st.text(st.sampled_from('ab"\\[]{},:'), max_size=8)
VALUES = st.recursive(
    st.none() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
JSON_LIKE = st.text(st.sampled_from('[]{},:" \\1a'), max_size=24)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the texts that are parsed at once."""
    texts = list[bytes]()

    def noted(text: bytes) -> Any:
        texts.append(text)
        return parse(text)

    monkeypatch.setattr(parsing_in_pieces, "parse", noted)
    return texts


def in_pieces(text: bytes, piece: int = PIECE) -> Any:
    """Return the value of an array, parsed piece by piece."""
    return [each for elements in array_in_pieces(text, piece) for each in elements]


def of_array(text: bytes) -> Any:
    """Return the value of an array, parsed at once."""
    value = parse(text)
    if not isinstance(value, list):
        raise NoArray
    return value


def outcome(work: Any, *given: Any) -> Any:
    """Return the value of a text, or whether it is one that is no array."""
    try:
        return work(*given)
    except (ValueError, NoArray) as error:
        return type(error) is NoArray


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 2]))
def test_an_array_in_pieces_is_the_array(values: list[Any], indent: int | None) -> None:
    text = json.dumps(values, indent=indent).encode()

    assert in_pieces(text, 1) == values


@given(JSON_LIKE)
def test_what_is_no_json_is_none_in_pieces_and_what_is_has_the_same_value(text: str) -> None:
    assert outcome(in_pieces, text.encode(), 1) == outcome(of_array, text.encode())


@pytest.mark.parametrize(
    "text",
    [
        *(b"[,1]", b"[1,]", b"[1,,2]", b"[  ,[]]", b"[[],  ]", b"[1]2,3", b"[[1}, {2]]", b"[]]"),
        *(b"[1],[2]", b"[1", b"[1,", b'["', b'["a\\', b"[1 2,3]", b"", b"[", b"]", b"1,2"),
    ],
)
def test_no_joint_of_two_pieces_hides_what_is_wrong_there(text: bytes) -> None:
    assert outcome(in_pieces, text, 1) is False


def test_no_more_is_parsed_at_once_than_a_piece_and_the_element_that_ends_it(
    parsed: list[bytes],
) -> None:
    elements = [{"id": str(number), "text": "],[" * 5_000} for number in range(40)]
    longest = max(len(json.dumps(each)) for each in elements)

    assert in_pieces(json.dumps(elements).encode()) == elements
    assert len(parsed) >= 5
    assert max(map(len, parsed)) <= PIECE + longest + len("[, ]")


def test_numbers_alone_are_parsed_in_pieces_too(parsed: list[bytes]) -> None:
    numbers = list(range(100_000))

    assert in_pieces(json.dumps(numbers).encode()) == numbers
    assert max(map(len, parsed)) <= PIECE + len("[, 99999]")


def test_what_is_wrong_is_told_with_the_place_from_which_it_is_counted() -> None:
    with pytest.raises(ValueError, match=r"^Expecting value: line 1 column 5 \(char 4\)$"):
        in_pieces(b"[1, x]")
    with pytest.raises(ValueError, match=r"^from byte 4 on: Expecting value: line 1 column 3"):
        in_pieces(b"[[1], x]", 1)


def test_an_array_is_as_deep_in_pieces_as_it_is(parsed: list[bytes]) -> None:
    def nested(depth: int) -> bytes:
        return b"[[1]," + b"[" * (depth - 1) + b"]" * (depth - 1) + b",[2]]"

    for depth in (62, 63, 64, 65, 200):
        expected = outcome(parse, nested(depth))
        assert outcome(in_pieces, nested(depth), 1) == expected
    assert len(parsed) > 4
