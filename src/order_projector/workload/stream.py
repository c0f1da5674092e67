"""A realistic stream of records, deterministic for a number of orders and a seed.

It covers what a year of production brings: every envelope and event type; records out of order,
repeated, without a key or with a foreign one; and malformed ones. Each record states its expected
outcome. For each order the stream states the totals that the shop expects, whether its events
include the calculated totals or omit them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from random import Random

import orjson

from order_projector.workload.envelopes import EnvelopeFormat, Headers, sealed
from order_projector.workload.hostile import hostile_records
from order_projector.workload.orderless import orderless_step
from order_projector.workload.scenario import ExpectedTotals, OrderScenario, ScenarioStep
from order_projector.workload.scenarios import generate_scenario

REDEMPTIONS = "redemptions"
PAYMENTS = "payments"

_NEAR = 150
_TWICE = 0.05


Place = tuple[str, int, int]
"""A topic, a partition and an offset."""


@dataclass(frozen=True, slots=True)
class Valid:
    """Applied to the order of this name."""

    order: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A failure event: valid, but without effect on any order."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Of a type that is not ours: skipped."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A dead letter with this code."""

    code: str


@dataclass(frozen=True, slots=True)
class Orderless:
    """A redemption or rollback that concerns no order: skipped."""


Expected = Valid | Failed | Foreign | Orderless | Hostile


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One record to produce and its expected outcome; `repeats` marks a copy of another one."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    expected: Expected
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A record of the stream, its place in the log, and when it was sent (monotonic seconds)."""

    record: StreamRecord
    place: Place
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Stream:
    """The records in arrival order, and the sender's expected totals by order name."""

    records: tuple[StreamRecord, ...]
    totals: Mapping[str, ExpectedTotals]


def generate(orders: int = 2_000, seed: int = 1) -> Stream:
    """Generate the stream of this many orders."""
    scenarios = [
        generate_scenario(number, _chance(seed, f"order {number}")) for number in range(orders)
    ]
    rng = _chance(seed, "arrival")
    steps = sorted(
        ((step, scenario) for scenario in scenarios for step in scenario.steps),
        key=lambda it: it[0].at,
    )
    records = [_record(step, scenario, rng) for step, scenario in steps]
    repeats = [replace(record, repeats=True) for record in records if rng.random() < _TWICE]
    # The same data in a new envelope, with another id: all facts but snapshots are duplicates.
    wrapped_anew = [
        (scenario.name, step, replace(_record(step, scenario, rng), repeats=True))
        for step, scenario in steps
        if rng.random() < _TWICE / 5
    ]
    others = [*_foreign(orders, rng), *_orderless(orders, rng), *_hostile(scenarios, rng)]
    late = {id(record) for record, (step, _) in zip(records, steps, strict=True) if step.late}
    anywhere = [*repeats, *(record for _, _, record in wrapped_anew), *others]
    arrived = _shuffled(records, late, anywhere, rng)
    snapshots = _snapshots((name, step) for name, step, _ in wrapped_anew)
    return Stream(tuple(arrived), _totals(scenarios, snapshots, seed))


def _snapshots(steps: Iterable[tuple[str, ScenarioStep]]) -> Mapping[str, AbstractSet[int]]:
    """Return the times of the snapshots among these steps, by the name of their order.

    One with an event id of its own keeps it in each envelope, and is one fact.
    """
    times = defaultdict[str, set[int]](set)
    for name, step in steps:
        if step.type.startswith("order.") and step.event_id is None:
            times[name].add(step.at)
    return times


def _totals(
    scenarios: Sequence[OrderScenario], sent_anew: Mapping[str, AbstractSet[int]], seed: int
) -> Mapping[str, ExpectedTotals]:
    """Return the expected totals by order; the snapshots of the times ``sent_anew`` count twice."""
    totals = {scenario.name: scenario.totals for scenario in scenarios}
    for number, scenario in enumerate(scenarios):
        if times := sent_anew.get(scenario.name):
            rng = _chance(seed, f"order {number}")
            totals[scenario.name] = generate_scenario(number, rng, times).totals
    return totals


def _chance(seed: int, purpose: str) -> Random:
    return Random(f"{seed} {purpose}")  # noqa: S311 - to be repeated, not to be secret


def _record(step: ScenarioStep, scenario: OrderScenario, rng: Random) -> StreamRecord:
    value, headers = sealed(step, _envelope(step, rng), rng)
    home = PAYMENTS if step.type.startswith("payment.") else REDEMPTIONS
    away = REDEMPTIONS if home is PAYMENTS else PAYMENTS
    return StreamRecord(
        topic=away if rng.random() < 0.01 else home,
        key=_key(scenario.name, rng),
        value=value,
        headers=headers + _random_headers(rng),
        expected=Failed() if step.fails else Valid(scenario.name),
    )


def _envelope(step: ScenarioStep, rng: Random) -> EnvelopeFormat:
    weights = (40, 15, 20, 15, 10)
    chosen = rng.choices(tuple(EnvelopeFormat), weights)[0]
    by_voucher = step.type.startswith("redemption.")
    return (
        EnvelopeFormat.WEBHOOK
        if chosen is EnvelopeFormat.DISTRIBUTION and not by_voucher
        else chosen
    )


def _key(name: str, rng: Random) -> bytes | None:
    chance = rng.random()
    if chance < 0.1:
        return None
    return rng.choice((b"eu-west", b"\xfe\xff", b"")) if chance < 0.13 else name.encode()


def _random_headers(rng: Random) -> Headers:
    chance = rng.random()
    if chance < 0.1:
        trace = f"00-{rng.getrandbits(128):032x}-{rng.getrandbits(64):016x}-01"
        return (("traceparent", trace.encode()),)
    return (("x-till", b"\xff\xfe"), ("x-empty", None)) if chance < 0.12 else ()


def _foreign(orders: int, rng: Random) -> Iterator[StreamRecord]:
    values = (
        {"id": "evt_f", "type": "voucher.created", "created_at": "2026-03-01T10:00:00Z"},
        {"type": "customer.consents.given", "data": "none of ours"},
        {"id": 4, "type": "invoice.sent", "created_at": None, "data": [1, 2.5]},
        {"id": "evt_p", "type": "payment.disputed", "data": {"payment": {"amount": -1}}},
    )
    for _ in range(max(8, orders // 20)):
        value = orjson.dumps(rng.choice(values))
        yield StreamRecord(REDEMPTIONS, _key("shop", rng), value, (), Foreign())


def _orderless(orders: int, rng: Random) -> Iterator[StreamRecord]:
    for _ in range(max(8, orders // 25)):
        step = orderless_step(rng)
        value, headers = sealed(step, _envelope(step, rng), rng)
        yield StreamRecord(REDEMPTIONS, _key("shop", rng), value, headers, Orderless())


def _hostile(scenarios: list[OrderScenario], rng: Random) -> Iterator[StreamRecord]:
    victim = rng.choice([scenario.name for scenario in scenarios])
    for value, headers, code in hostile_records(victim):
        topic = rng.choice((REDEMPTIONS, PAYMENTS))
        key = _key(victim, rng) if value is not None else victim.encode()
        yield StreamRecord(topic, key, value, headers, Hostile(code))


def _shuffled(
    records: list[StreamRecord], late: AbstractSet[int], anywhere: list[StreamRecord], rng: Random
) -> list[StreamRecord]:
    """Place most records near their time, late ones and some others far from it, the rest anywhere.

    ``late`` holds the identities of records.
    """
    last = len(records)
    placed = [
        (_place(n, last, rng, late=id(record) in late), record) for n, record in enumerate(records)
    ]
    placed += [(rng.uniform(0, last), record) for record in anywhere]
    return [record for _, record in sorted(placed, key=lambda it: it[0])]


def _place(number: int, last: int, rng: Random, *, late: bool) -> float:
    if late:
        return rng.uniform(min(number + _NEAR, last), last + _NEAR)
    return rng.uniform(0, last) if rng.random() < 0.03 else number + rng.uniform(0, _NEAR)
