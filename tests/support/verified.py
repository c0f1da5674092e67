"""A stream and a correct worker's results, which tests of the verification corrupt."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import orjson

from order_projector.verification.check import (
    Announced,
    CheckReport,
    DeadLetterRecord,
    Result,
    check,
)
from order_projector.verification.expected_orders import expect_orders
from order_projector.workload.stream import Hostile, Sent, Stream, StreamRecord, Valid, generate


@dataclass(frozen=True, slots=True)
class Run:
    """A stream, and the results of a correct worker."""

    stream: Stream
    sent: tuple[Sent, ...]
    result: Result

    def checked(self, **changed: Any) -> CheckReport:
        return check(self.sent, self.stream.totals, replace(self.result, **changed))


@cache
def correct_run() -> Run:
    """Return the run of a short stream; it is shared, so tests change copies of its members."""
    stream = generate(60, seed=3)
    sent = tuple(Sent(record, (record.topic, 0, n)) for n, record in enumerate(stream.records))
    expected = expect_orders(stream.records, {})
    orders, flags = deepcopy((dict(expected.orders), dict(expected.flags)))
    announced = [
        announcement(order, revision=2, offset=n, flags=flags[key])
        for n, (key, order) in enumerate(orders.items())
    ]
    dead_letters = [
        DeadLetterRecord(one.place, one.record.expected.code, one.record.key, one.record.value)
        for one in sent
        if isinstance(one.record.expected, Hostile)
    ]
    documents = {
        key: {"_id": key, **order, "_projection": {"flags": flags[key], "revision_flags": None}}
        for key, order in orders.items()
    } | {
        key: {"_id": key, "merged_into": owner, "_projection": {"flags": []}}
        for key, owner in expected.merged.items()
    }
    return Run(stream, sent, Result(documents, announced, dead_letters))


def announcement(
    order: Mapping[str, Any], revision: int, offset: int, flags: Sequence[Any] = ()
) -> Announced:
    content = {"order": order, "revision": revision, "changes": [], "causes": []}
    if flags:
        content["flags"] = flags
    return Announced(order["id"], ("order.updated", 0, offset), orjson.dumps(content), content)


def contents(run: Run) -> list[Mapping[str, Any]]:
    return [one.content for one in run.result.announced if one.content is not None]


def flagged(run: Run) -> list[str]:
    """Return the ids of the orders that have a flag."""
    documents = run.result.documents
    return [key for key, each in documents.items() if each["_projection"]["flags"]]


def erasure(order_id: str) -> Sent:
    event = {
        "id": "evt_erased",
        "type": "order.erased",
        "created_at": "2026-03-02T10:00:00Z",
        "data": {"order": {"id": order_id}, "reason": "asked for"},
    }
    record = StreamRecord("redemptions", None, orjson.dumps(event), (), Valid(order_id))
    return Sent(record, ("redemptions", 0, 100_000))


def spoiled(
    run: Run, spoil: Callable[[dict[str, Any]], None], *, having: str
) -> tuple[str, dict[str, Any]]:
    """Return the id of a document that has this field, and all documents, that one corrupted."""
    key = next(key for key, document in run.result.documents.items() if document.get(having))
    document = deepcopy(dict(run.result.documents[key]))
    spoil(document)
    return key, {**run.result.documents, key: document}
