"""Mistakes that decoding is likely to be built with, each ready to be planted."""

import math
import os
import re
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from order_projector.domain.index import Index, Key
from order_projector.domain.lines import CartLine
from order_projector.events import (
    decode,
    envelope,
    fields,
    items,
    parsing,
    payment,
    places,
    redemption,
    rollback,
    snapshot,
    stacks,
    vouchers,
)
from order_projector.events.envelope import EnvelopeError, Headers
from order_projector.events.outcome import Code
from order_projector.events.places import Place

Planted = AbstractContextManager[object]


def _scanning(scan: Callable[[bytes], None]) -> Planted:
    """What is not JSON is looked at once more, for its type."""
    parse = parsing.parse

    def scanned(value: bytes) -> Any:
        try:
            return parse(value)
        except ValueError:
            scan(value)
            raise

    return patch.object(envelope, "parse", scanned)


def token_scan_that_raises() -> Planted:
    """The reader of broken JSON makes an integer of every exponent."""

    def scan(value: bytes) -> None:
        for number in re.findall(rb"\d+e\d+", value):
            int(float(number))

    return _scanning(scan)


def token_scan_that_crashes() -> Planted:
    """The reader of broken JSON takes the process down at a long integer."""

    def scan(value: bytes) -> None:
        if re.search(rb"\d{4301}", value):
            os.kill(os.getpid(), signal.SIGKILL)

    return _scanning(scan)


def no_size_limit() -> Planted:
    """Values of any size are parsed."""
    return patch.dict(decode.decode.__kwdefaults__, {"limit": 2**40})


def recursion_without_a_limit() -> Planted:
    """Nobody looks how deep a value is."""
    return patch.object(parsing, "_is_deeper", lambda *_: False)


def recursion_error_that_escapes() -> Planted:
    """A parser that gives up at its own depth is not foreseen."""
    return patch.object(
        parsing,
        "_parse_all_that_json_allows",
        lambda value: parsing._PATIENT.decode(value.decode()),
    )


def percentage_that_overflows() -> Planted:
    """An integer beyond double precision is asked whether it is finite."""
    return patch.object(fields, "_is_finite", math.isfinite)


def half_characters_kept() -> Planted:
    """A text of ours may be one that UTF-8 cannot write."""
    return patch.object(fields, "is_unicode", lambda _: True)


def no_bound_on_children() -> Planted:
    """Lists of stacks hold as many children as they like."""
    return patch.object(stacks, "MOST_ENTRIES", 2**40)


def children_counted_by_list() -> Planted:
    """Every list of children has a bound of its own."""
    planted = ExitStack()
    for room in (payment, redemption, rollback, snapshot):
        planted.enter_context(patch.object(room, "few_children", lambda _: None))
    return planted


def unchecked_ids_in_lists() -> Planted:
    """What stands in a list of children is taken for ids."""
    return patch.object(stacks, "_check", lambda *_: None)


def unchecked_keys() -> Planted:
    """The keys of an order's redemptions are taken for ids."""
    return patch.object(stacks, "fault_of_id", lambda _: None)


def unchecked_event_id() -> Planted:
    """The id of the event itself may be of any length, and hold a NUL."""
    return patch.object(envelope, "fault_of_id", lambda _: None)


def message_that_names_the_holder() -> Planted:
    """A message names what the wrong field stands in."""
    path = places.path
    return patch.object(decode, "path", lambda data, place: path(data, place[:2]))


def message_that_names_another_field() -> Planted:
    """A message about a price names the quantity."""

    def place(_: object) -> Place:
        return ("quantity",)

    return patch.object(items, "_place_of_price", place)


def elements_counted_without_nulls() -> Planted:
    """A message numbers the elements of a list as if there were no nulls in it."""
    return patch.object(places, "_with_nulls", lambda _, number: number)


def keys_shown_as_they_are() -> Planted:
    """A message holds whatever a sender writes into a key."""
    return patch.object(places, "_shown", lambda key: key)


def unreadable_header_refused() -> Planted:
    """A header that is not UTF-8 makes the event invalid."""

    def legible(headers: Headers) -> Iterator[tuple[str, str]]:
        for name, held in headers:
            if name.startswith("ce_") and held is not None:
                try:
                    yield name, held.decode()
                except UnicodeDecodeError:
                    raise EnvelopeError(
                        Code.INVALID_ENVELOPE, f"header {name}: not UTF-8"
                    ) from None

    return patch.object(envelope, "_legible", legible)


def content_type_ignored() -> Planted:
    """A content type of CloudEvents says nothing where a header names the event."""
    return patch.object(envelope, "_is_structured", lambda _: False)


def empty_arrays_refused() -> Planted:
    """An array is no object, even an empty one."""
    return patch.object(fields, "empty_array_as_object", lambda value: value)


def bundles_without_bounds() -> Planted:
    """A bundle multiplies the numbers of a definition to whatever they come to."""
    return patch.object(vouchers, "_check_bundle", lambda *_: None)


@contextmanager
def children_compared_with_each_other() -> Iterator[None]:
    """Every child of a list is compared with all before it."""
    check = stacks._check

    def compared(children: list[Any], place: Place) -> None:
        for number, child in enumerate(children):
            any(str(child) == str(other) and number for other in children[:number])
        check(children, place)

    with patch.object(stacks, "_check", compared):
        yield


def occurrences_found_by_walking() -> Planted:
    """Which of the lines of its name a line is takes a walk over all of them."""

    def walk(lines: Index[CartLine], entry: CartLine) -> Key:
        matching = lines.matching(entry.skus, entry.products)
        before = {each.place for each in matching if each.place < entry.place}
        return Key(entry.skus, entry.products, len(before))

    return patch.object(Index, "key", walk)


DEFECTS: Mapping[Callable[[], Planted], int] = {
    token_scan_that_raises: 200,
    token_scan_that_crashes: 200,
    no_size_limit: 1_000,
    recursion_without_a_limit: 300,
    recursion_error_that_escapes: 300,
    percentage_that_overflows: 3_000,
    half_characters_kept: 1_000,
    no_bound_on_children: 500,
    children_counted_by_list: 1_000,
    unchecked_ids_in_lists: 300,
    unchecked_keys: 300,
    unchecked_event_id: 300,
    message_that_names_the_holder: 300,
    message_that_names_another_field: 300,
    elements_counted_without_nulls: 1_000,
    keys_shown_as_they_are: 300,
    unreadable_header_refused: 300,
    content_type_ignored: 300,
    empty_arrays_refused: 300,
    bundles_without_bounds: 500,
    children_compared_with_each_other: 1_000,
    occurrences_found_by_walking: 300,
}
"""Each with the number of inputs within which it must be found out."""
