"""Compare a worker's results with the orders expected from the produced records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from order_projector.events.order_updated import announced
from order_projector.projection.document import MERGED_INTO, STATE_KEY, served
from order_projector.verification.differences import ABSENT, Mismatch, differences
from order_projector.verification.expected_orders import ExpectedOrders, expect_orders
from order_projector.workload.scenario import ExpectedTotals
from order_projector.workload.stream import Hostile, Place, Sent


@dataclass(frozen=True, slots=True)
class Announced:
    """One ``order.updated``: place, raw and parsed value, time of arrival (monotonic seconds).

    Of an erased order there is no value.
    """

    order_id: str
    place: Place
    value: bytes | None
    content: Mapping[str, Any] | None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class DeadLetterRecord:
    """One dead letter: its source, its error code, and the original key and value."""

    source: Place
    code: str
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a worker stored and published; ``documents`` by ``_id``."""

    documents: Mapping[str, Mapping[str, Any]]
    announced: Sequence[Announced]
    dead_letters: Sequence[DeadLetterRecord]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The number of orders and records compared, and where they differ."""

    orders: int
    announcements: int
    dead_letters: int
    differences: tuple[Mismatch, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def check(
    sent: Sequence[Sent], totals: Mapping[str, ExpectedTotals], result: Result
) -> CheckReport:
    """Compare everything with the fold of all records, which their arrival order cannot change."""
    expected_orders = expect_orders((one.record for one in sent), totals)
    found = (
        *expected_orders.differences,
        *_documents(expected_orders, result.documents),
        *_last_announcements(expected_orders, result),
        *_revisions(result.announced),
        *_against_the_schema(result.announced),
        *_dead_letters(sent, result.dead_letters),
    )
    return CheckReport(
        len(expected_orders.orders) + len(expected_orders.erased),
        len(result.announced),
        len(result.dead_letters),
        found,
    )


def _documents(
    expected: ExpectedOrders, documents: Mapping[str, Mapping[str, Any]]
) -> Iterator[Mismatch]:
    orders = expected.documents
    for order_id in orders.keys() | documents.keys():
        where = f"stored order {order_id}"
        document, order = documents.get(order_id), orders.get(order_id)
        if document is None or order is None:
            yield _presence(where, expected=order is not None)
            continue
        yield from differences(where, order, served(document))
        flags = document.get(STATE_KEY, {}).get("flags", [])
        yield from differences(f"flags of {order_id}", expected.flags.get(order_id, []), flags)


def _last_announcements(expected: ExpectedOrders, result: Result) -> Iterator[Mismatch]:
    last: dict[str, Announced] = {}
    for one in sorted(result.announced, key=lambda one: one.place):
        known = last.get(one.order_id)
        if known and known.place[:2] != one.place[:2]:
            where = f"order.updated of {one.order_id}"
            yield Mismatch(where, "partition", known.place[1], one.place[1])
        last[one.order_id] = one
    merged = {order_id for order_id in expected.merged if order_id in last}
    for order_id in merged:
        yield from _merged(expected, order_id, last.pop(order_id).content)
    for order_id in expected.orders.keys() | expected.erased | last.keys():
        where = f"last order.updated of {order_id}"
        order = expected.orders.get(order_id)
        if order_id not in last or (order is None and order_id not in expected.erased):
            yield _presence(where, expected=order_id not in last)
            continue
        content = last[order_id].content
        if order is not None and content is not None:
            yield from _announced(where, order, result.documents.get(order_id), content)
        elif order is not content:
            yield _presence(where, expected=order is not None)


def _merged(
    expected: ExpectedOrders, order_id: str, content: Mapping[str, Any] | None
) -> Iterator[Mismatch]:
    """Yield how the last record of a name that went into another order differs from its shape."""
    owner = expected.merged[order_id]
    order = {"id": order_id, "object": "order", MERGED_INTO: owner}
    got = ABSENT if content is None else content.get("order", ABSENT)
    yield from differences(f"last order.updated of {order_id}", order, got)


def _announced(
    where: str,
    order: Mapping[str, Any],
    document: Mapping[str, Any] | None,
    content: Mapping[str, Any],
) -> Iterator[Mismatch]:
    got = content.get("order", ABSENT)
    if _canonical(got) != _canonical(order):
        yield from differences(where, order, got)
    if document is not None:
        flags = _flags_of_revision(document)
        yield from differences(f"{where}: flags", flags, content.get("flags", []))


def _flags_of_revision(document: Mapping[str, Any]) -> list[Any]:
    """Return the flags with which the last revision was stored; null stands for the present."""
    state = document.get(STATE_KEY, {})
    flags: list[Any] | None = state.get("revision_flags")
    return list(state.get("flags", [])) if flags is None else flags


def _canonical(value: Any) -> bytes:
    """Return the JSON text of a value, whatever its key order, which alone is no public change."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _revisions(announced: Iterable[Announced]) -> Iterator[Mismatch]:
    """Yield revisions that were announced more than once with different values."""
    known: dict[tuple[str, Any], Announced] = {}
    for one in announced:
        if one.value is None or one.content is None:
            continue
        revision = one.content.get("revision")
        first = known.setdefault((one.order_id, revision), one)
        if _canonical(first.content) != _canonical(one.content):
            where = f"order.updated of {one.order_id}"
            before = (first.value or b"").decode()
            yield Mismatch(where, f"revision {revision}", before, one.value.decode())


def _against_the_schema(updates: Iterable[Announced]) -> Iterator[Mismatch]:
    """Yield announcements that do not match the published schema."""
    for one in updates:
        if one.value is None:
            continue
        try:
            announced(one.value)
        except ValueError as error:
            where = f"order.updated of {one.order_id}"
            yield Mismatch(where, "against the schema", "(valid)", str(error))


def _dead_letters(
    sent: Iterable[Sent], dead_letters: Iterable[DeadLetterRecord]
) -> Iterator[Mismatch]:
    records = {one.place: one.record for one in sent}
    hostile = {
        place: record.expected.code
        for place, record in records.items()
        if isinstance(record.expected, Hostile)
    }
    got = {letter.source: letter for letter in dead_letters}
    for place in sorted(hostile.keys() | got.keys()):
        where = "dead letter of {}[{}]@{}".format(*place)
        letter = got.get(place)
        code = letter.code if letter else ABSENT
        if code != hostile.get(place, ABSENT):
            yield Mismatch(where, "error-code", hostile.get(place, ABSENT), code)
        elif letter and (letter.key, letter.value) != (records[place].key, records[place].value):
            original = (records[place].key, records[place].value)
            yield Mismatch(where, "key and value", original, (letter.key, letter.value))


def _presence(where: str, *, expected: bool) -> Mismatch:
    there = ("(present)", ABSENT)
    return Mismatch(where, "", *(there if expected else reversed(there)))
