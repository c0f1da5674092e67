"""Compare a worker's results with the orders expected from the produced records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from order_projector.events.order_updated import announced
from order_projector.verification.differences import ABSENT, Mismatch, differences
from order_projector.verification.expected_orders import expect_orders
from order_projector.workload.scenario import ExpectedTotals
from order_projector.workload.stream import Hostile, Place, Sent

_INTERNAL = frozenset({"_id", "_projection"})


@dataclass(frozen=True, slots=True)
class Announced:
    """One ``order.updated``: place, raw and parsed value, time of arrival (monotonic seconds)."""

    order_id: str
    place: Place
    value: bytes
    content: Mapping[str, Any]
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
        *_documents(expected_orders.orders, result.documents),
        *_last_announcements(expected_orders.orders, result.announced),
        *_revisions(result.announced),
        *_against_the_schema(result.announced),
        *_dead_letters(sent, result.dead_letters),
    )
    return CheckReport(
        len(expected_orders.orders), len(result.announced), len(result.dead_letters), found
    )


def _documents(
    orders: Mapping[str, Any], documents: Mapping[str, Mapping[str, Any]]
) -> Iterator[Mismatch]:
    for order_id in orders.keys() | documents.keys():
        where = f"stored order {order_id}"
        document = documents.get(order_id)
        if document is None or order_id not in orders:
            yield _presence(where, expected=order_id in orders)
            continue
        served = {name: value for name, value in document.items() if name not in _INTERNAL}
        yield from differences(where, orders[order_id], served)


def _last_announcements(
    orders: Mapping[str, Any], announced: Iterable[Announced]
) -> Iterator[Mismatch]:
    last: dict[str, Announced] = {}
    for one in sorted(announced, key=lambda one: one.place):
        known = last.get(one.order_id)
        if known and known.place[:2] != one.place[:2]:
            where = f"order.updated of {one.order_id}"
            yield Mismatch(where, "partition", known.place[1], one.place[1])
        last[one.order_id] = one
    for order_id in orders.keys() | last.keys():
        where = f"last order.updated of {order_id}"
        if order_id in orders and order_id in last:
            order = last[order_id].content.get("order", ABSENT)
            if _canonical(order) != _canonical(orders[order_id]):
                yield from differences(where, orders[order_id], order)
        else:
            yield _presence(where, expected=order_id in orders)


def _canonical(value: Any) -> bytes:
    """Return the JSON text of a value, whatever its key order, which alone is no public change."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _revisions(announced: Iterable[Announced]) -> Iterator[Mismatch]:
    """Yield revisions that were announced more than once with different values."""
    known: dict[tuple[str, Any], Announced] = {}
    for one in announced:
        revision = one.content.get("revision")
        first = known.setdefault((one.order_id, revision), one)
        if _canonical(first.content) != _canonical(one.content):
            where = f"order.updated of {one.order_id}"
            yield Mismatch(where, f"revision {revision}", first.value.decode(), one.value.decode())


def _against_the_schema(updates: Iterable[Announced]) -> Iterator[Mismatch]:
    """Yield announcements that do not match the published schema."""
    for one in updates:
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
