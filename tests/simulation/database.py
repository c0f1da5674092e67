"""An in-memory MongoDB replica set, as the driver presents it to the order store.

Writes are applied on the primary first and become durable once a majority has them; a step-down
reverts those that a majority does not have yet. Reads return the majority's documents. Every
document is kept as the bytes that were sent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import bson
from pymongo.errors import AutoReconnect, NotPrimaryError

from tests.simulation.bounds import UNBOUNDED, Bounds
from tests.simulation.kept import STATE_KEY
from tests.simulation.network import Answer, Faults, Service
from tests.simulation.segments import SegmentDeletion, SegmentInsert
from tests.simulation.workload import OVERSIZED
from tests.support.updating import updated

Document = dict[str, Any]

REPLICATION: Final = 0.005
WRITE_CONCERN_TIMEOUT: Final = 10.0

_DUPLICATE_KEY: Final = {"code": 11000, "keyPattern": {"_id": 1}, "errmsg": "duplicate key"}
_TOO_LARGE: Final = {"code": 17419, "errmsg": "the document is too large"}
_PASSING: Final = (
    {"code": 112, "errmsg": "write conflict"},
    {"code": 189, "errmsg": "the primary stepped down"},
    {"code": 11602, "errmsg": "interrupted due to a change of the replica set's state"},
)

Watch = Callable[[str, Document], None]


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a bulk command: an insertion, or a conditional replacement or update."""

    order_id: str
    raw: bytes
    conditions: Mapping[str, Any] | None
    upsert: bool = False
    updates: bool = False
    """Whether what is sent is an update, and not a document."""

    @property
    def state(self) -> Document:
        """The members of the projection state, as far as they are sent."""
        sent = bson.decode(self.raw)
        if not self.updates:
            return dict(sent[STATE_KEY])
        within = f"{STATE_KEY}."
        members = sent["$set"].items()
        return {path.removeprefix(within): it for path, it in members if path.startswith(within)}


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk command in flight, and what will go wrong with it at the server."""

    writes: Sequence[Write | SegmentInsert | SegmentDeletion]
    ordered: bool
    part: float = 1.0
    """The fraction of it that is executed before the connection breaks."""
    refused: bool = False
    twice: bool = False
    late: bool = False
    """Whether a majority has it only after the write concern's timeout."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that waits until the majority has the oplog up to an entry."""

    entry: int
    answer: Answer
    result: Mapping[str, Any]


@dataclass(slots=True)
class Database:
    """The server. ``on_write`` sees every write on the primary, ``on_majority`` those that last.

    Orders and segments are stored together; their ids differ. In the oplog, None means deleted.
    """

    service: Service
    random: Random
    faults: Faults
    on_write: Watch
    on_majority: Watch
    on_rollback: Callable[[str], None]
    bounds: Bounds = UNBOUNDED
    majority: dict[str, bytes] = field(default_factory=dict)
    _primary: dict[str, bytes] = field(default_factory=dict)
    _oplog: list[tuple[str, bytes | None]] = field(default_factory=list)
    _replicated: int = 0
    _term: int = 0
    _waiting: list[Waiting] = field(default_factory=list)

    def find(self, order_ids: Sequence[str], answer: Answer) -> None:
        """Answer with the majority's documents."""
        answer.give([self.majority[name] for name in order_ids if name in self.majority])

    def bulk(self, bulk: Bulk, answer: Answer) -> None:
        """Execute a bulk command; answer once a majority has it."""
        positions = list(range(len(bulk.writes)))
        if not bulk.ordered:
            self.random.shuffle(positions)
        if bulk.part < 1:
            self._execute(bulk, positions[: int(bulk.part * len(positions))])
            self._replicate_soon()
            answer.refuse(AutoReconnect("connection closed"))
            return
        result = self._execute(bulk, positions)
        if bulk.twice:
            result = self._execute(bulk, positions)
        if bulk.late:
            error = {"code": 64, "errmsg": "waiting for replication timed out"}
            late = {**result, "writeConcernErrors": [error]}
            self.service.later(WRITE_CONCERN_TIMEOUT - 1, answer.give, late)
            self._replicate_soon(self.random.uniform(0, 2 * WRITE_CONCERN_TIMEOUT))
        elif len(self._oplog) == self._replicated:
            answer.give(result)
        else:
            self._waiting.append(Waiting(len(self._oplog), answer, result))
            self._replicate_soon()

    def step_down(self, election: float) -> None:
        """Lose the primary, and with it every write that a majority does not have yet."""
        self._term += 1
        self.service.away_until = max(self.service.away_until, self.service.loop.time() + election)
        for order_id, raw in self._oplog[self._replicated :]:
            if order_id in self.majority:
                self._primary[order_id] = self.majority[order_id]
            else:
                self._primary.pop(order_id, None)
            if raw is None or not _is_segment(raw):
                self.on_rollback(order_id)
        del self._oplog[self._replicated :]
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.answer.refuse(NotPrimaryError("the primary stepped down"))

    def _replicate_soon(self, extra: float = 0.0) -> None:
        lag = self.random.expovariate(1 / REPLICATION) + extra
        self.service.later(lag, self._replicate, self._term, len(self._oplog))

    def _replicate(self, term: int, entry: int) -> None:
        if term != self._term or entry <= self._replicated:
            return
        for order_id, raw in self._oplog[self._replicated : entry]:
            if raw is None:
                self.majority.pop(order_id, None)
                continue
            self.majority[order_id] = raw
            if not _is_segment(raw):
                self.on_majority(order_id, bson.decode(raw))
        self._replicated = entry
        for one in self._waiting:
            if one.entry <= entry:
                one.answer.give(one.result)
        self._waiting = [one for one in self._waiting if one.entry > entry]

    def _execute(self, bulk: Bulk, positions: Iterable[int]) -> dict[str, Any]:
        errors: list[dict[str, Any]] = []
        matched = 0
        for position in positions:
            error, hit = self._one(bulk.writes[position], refused=bulk.refused)
            matched += hit
            if error is not None:
                errors.append({"index": position, **error})
                if bulk.ordered:
                    break
        return {"writeErrors": errors, "writeConcernErrors": [], "nMatched": matched}

    def _one(
        self, write: Write | SegmentInsert | SegmentDeletion, *, refused: bool
    ) -> tuple[Mapping[str, Any] | None, int]:
        """Execute one write; return its error, or the number of documents that it matched."""
        if refused and self.random.random() < 0.5:
            return self.random.choice(_PASSING), 0
        match write:
            case SegmentDeletion():
                return None, self._delete(write)
            case SegmentInsert():
                return self._insert(write), 0
            case Write():
                return self._replace(write)

    def _delete(self, deletion: SegmentDeletion) -> int:
        names = [name for name in self._primary if deletion.first <= name < deletion.end]
        for name in names:
            del self._primary[name]
            self._oplog.append((name, None))
        return len(names)

    def _insert(self, segment: SegmentInsert) -> Mapping[str, Any] | None:
        if OVERSIZED.encode() in segment.raw:
            return _TOO_LARGE
        if segment.id in self._primary:
            return _DUPLICATE_KEY
        self._primary[segment.id] = segment.raw
        self._oplog.append((segment.id, segment.raw))
        return None

    def _replace(self, write: Write) -> tuple[Mapping[str, Any] | None, int]:
        if OVERSIZED.encode() in write.raw:
            return _TOO_LARGE, 0
        stored = self._primary.get(write.order_id)
        hit = (
            stored is not None
            and write.conditions is not None
            and _matches(stored, write.conditions)
        )
        if not hit and write.conditions is not None and not write.upsert:
            return None, 0
        raw = _updated(stored, write.raw) if hit and write.updates and stored else write.raw
        if (refusal := self.bounds.refusal(raw, self.service.loop.time())) is not None:
            self.faults.counts["document refused"] += 1
            return refusal, 0
        if not hit and stored is not None:
            return _DUPLICATE_KEY, 0
        self._primary[write.order_id] = raw
        self._oplog.append((write.order_id, raw))
        self.on_write(write.order_id, bson.decode(raw))
        return None, int(hit)


def _updated(stored: bytes, update: bytes) -> bytes:
    return bson.encode(updated(bson.decode(stored), bson.decode(update)))


def _is_segment(raw: bytes) -> bool:
    return "order" in bson.decode(raw) and b"_projection" not in raw


def _matches(raw: bytes, conditions: Mapping[str, Any]) -> bool:
    document = bson.decode(raw)
    return all(_member(document, path) == value for path, value in conditions.items())


def _member(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document
