"""Worlds in which orders are erased: the erasure is the last that anybody hears of them."""

from collections.abc import Iterator
from random import Random

import orjson
import pytest

from order_projector.domain.clock import parse_time
from order_projector.domain.facts import Erasure, EventStamp
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Outcome
from tests.simulation import expectation, worker, world
from tests.simulation.broker import Headers
from tests.simulation.options import Options
from tests.simulation.run import judge
from tests.simulation.workload import INBOUND, ProducedRecord, produce

SEEDS = 40


@pytest.fixture
def erasures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every world has erasures among its records, and workers that read them."""
    monkeypatch.setattr(world, "produce", _with_erasures)
    for reader in (expectation, worker):
        monkeypatch.setattr(reader, "decode", _decoded)


def _with_erasures(options: Options) -> list[ProducedRecord]:
    records = [*produce(options), *_erasures(options)]
    return sorted(records, key=lambda record: record.at)


def _erasures(options: Options) -> Iterator[ProducedRecord]:
    """Some orders are erased in the middle of their life, some of them twice."""
    rng = Random(f"erasures {options.seed}")
    for number in range(options.orders):
        for again in range(rng.choice((0, 1, 1, 2))):
            event = {
                "id": f"evt_erased_{number}_{again}",
                "type": "order.erased",
                "created_at": f"2026-03-01T09:0{again}:00Z",
                "data": {"order": {"id": f"ord_{number}"}},
            }
            yield ProducedRecord(
                at=rng.uniform(0, options.span),
                topic=rng.choice(INBOUND),
                partition=rng.randrange(options.partitions),
                key=None,
                value=orjson.dumps(event),
            )


def _decoded(value: bytes | None, headers: Headers = ()) -> Outcome:
    """Read an event as the worker does, and an erasure by its plainest envelope."""
    if value is None or b'"order.erased"' not in value:
        return decode(value, headers)
    event = orjson.loads(value)
    stamp = EventStamp(parse_time(event["created_at"]), event["id"])
    order_id = event["data"]["order"]["id"]
    return Accepted(event["type"], order_id, stamp, (Erasure(stamp, stamp.created_at),))


@pytest.mark.usefixtures("erasures")
def test_whatever_fails_an_erased_order_stays_erased_and_is_announced_so_last() -> None:
    for seed in range(SEEDS):
        verdict = judge(seed)
        if verdict.report is not None:
            pytest.fail(verdict.report, pytrace=False)
