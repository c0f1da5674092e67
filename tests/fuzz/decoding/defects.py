"""Plausible defects of decoding, each ready to be planted."""

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
    """Scan values that are not JSON once more, as if to find their type."""
    parse = parsing.parse

    def scanned(value: bytes) -> Any:
        try:
            return parse(value)
        except ValueError:
            scan(value)
            raise

    return patch.object(envelope, "parse", scanned)


def token_scan_that_raises() -> Planted:
    """Convert every number with an exponent to an integer when scanning broken JSON."""

    def scan(value: bytes) -> None:
        for number in re.findall(rb"\d+e\d+", value):
            int(float(number))

    return _scanning(scan)


def token_scan_that_crashes() -> Planted:
    """Kill the process when scanning broken JSON that holds a long integer."""

    def scan(value: bytes) -> None:
        if re.search(rb"\d{4301}", value):
            os.kill(os.getpid(), signal.SIGKILL)

    return _scanning(scan)


def no_size_limit() -> Planted:
    """Parse values of any size."""
    return patch.dict(decode.decode.__kwdefaults__, {"limit": 2**40})


def recursion_without_a_limit() -> Planted:
    """Do not check how deeply a value is nested."""
    return patch.object(parsing, "is_deeper", lambda *_: False)


def recursion_error_that_escapes() -> Planted:
    """Let the parser's own recursion error escape."""
    return patch.object(
        parsing,
        "_parse_all_that_json_allows",
        lambda value: parsing._PATIENT.decode(value.decode()),
    )


def percentage_that_overflows() -> Planted:
    """Call `math.isfinite` on integers beyond the range of a double."""
    return patch.object(fields, "_is_finite", math.isfinite)


def half_characters_kept() -> Planted:
    """Accept texts that UTF-8 cannot encode."""
    return patch.object(fields, "is_unicode", lambda _: True)


def no_bound_on_children() -> Planted:
    """Do not limit the number of children in lists of stacks."""
    return patch.object(stacks, "MOST_ENTRIES", 2**40)


def children_counted_by_list() -> Planted:
    """Limit the children of each list, but not those of the whole event."""
    planted = ExitStack()
    for room in (redemption, rollback, snapshot):
        planted.enter_context(patch.object(room, "few_children", lambda _: None))
    return planted


def unchecked_ids_in_lists() -> Planted:
    """Do not check the ids in a list of children."""
    return patch.object(stacks, "_check", lambda *_: None)


def unchecked_keys() -> Planted:
    """Do not check the ids that are keys of ``order.redemptions``."""
    return patch.object(stacks, "fault_of_id", lambda _: None)


def unchecked_event_id() -> Planted:
    """Accept an event id of any length, or one that holds a NUL."""
    return patch.object(envelope, "fault_of_id", lambda _: None)


def message_that_names_the_holder() -> Planted:
    """Name the holder of the wrong field in a message, rather than the field."""
    path = places.path
    return patch.object(decode, "path", lambda data, place: path(data, place[:2]))


def message_that_names_another_field() -> Planted:
    """Name the quantity in a message about a price."""

    def place(_: object) -> Place:
        return ("quantity",)

    return patch.object(items, "_place_of_price", place)


def elements_counted_without_nulls() -> Planted:
    """Skip nulls when numbering the elements of a list in a message."""
    return patch.object(places, "_with_nulls", lambda _, number: number)


def keys_shown_as_they_are() -> Planted:
    """Show keys in a message exactly as the sender wrote them."""
    return patch.object(places, "_shown", lambda key: key)


def unreadable_header_refused() -> Planted:
    """Reject an event because of a header that is not UTF-8."""

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
    """Ignore a CloudEvents content type if a header names the event."""
    return patch.object(envelope, "_is_structured", lambda _: False)


def empty_arrays_refused() -> Planted:
    """Reject an empty array where an object is expected."""
    return patch.object(fields, "empty_array_as_object", lambda value: value)


def bundles_without_bounds() -> Planted:
    """Let a bundle multiply the numbers of a definition beyond their bounds."""
    return patch.object(vouchers, "_check_bundle", lambda *_: None)


@contextmanager
def children_compared_with_each_other() -> Iterator[None]:
    """Compare every child of a list with all children before it."""
    check = stacks._check

    def compared(children: list[Any], place: Place) -> None:
        for number, child in enumerate(children):
            any(str(child) == str(other) and number for other in children[:number])
        check(children, place)

    with patch.object(stacks, "_check", compared):
        yield


def occurrences_found_by_walking() -> Planted:
    """Walk over all lines of the same name to find a line's occurrence number."""

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
"""Each defect, with the number of inputs within which it must be found."""
