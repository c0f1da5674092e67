"""Worlds in which orders are erased; the erasure is the last announcement of such an order."""

from collections.abc import Iterator
from random import Random

import orjson
import pytest

from tests.simulation import names, world
from tests.simulation.options import Options
from tests.simulation.produced import INBOUND, ProducedRecord
from tests.simulation.run import judge
from tests.simulation.workload import produce

SEEDS = 40


@pytest.fixture
def erasures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every world erasures among its records, and no source id that two orders claim."""
    monkeypatch.setattr(names, "CONTESTED", 0.0)
    monkeypatch.setattr(world, "produce", _with_erasures)


def _with_erasures(options: Options) -> list[ProducedRecord]:
    records = [*produce(options), *_erasures(options)]
    return sorted(records, key=lambda record: record.at)


def _erasures(options: Options) -> Iterator[ProducedRecord]:
    """Yield erasures of some orders in the middle of their life, of some of them twice."""
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


@pytest.mark.usefixtures("erasures")
def test_whatever_fails_an_erased_order_stays_erased_and_is_announced_so_last() -> None:
    for seed in range(SEEDS):
        verdict = judge(seed)
        if verdict.report is not None:
            pytest.fail(verdict.report, pytrace=False)
