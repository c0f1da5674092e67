"""The sizes of what the worker writes and publishes, event by event, and its CPU cost."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import mean

import orjson

from bench.engine import priced
from bench.events import PER_ORDER, BenchEvent
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from order_projector.projection.bson_size import size_of
from order_projector.projection.document import compose
from order_projector.projection.ports import Coordinates, OrderWrite, ProjectionState
from order_projector.projection.session import Changed, InboundEvent, decide


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of an order's document and of its announcement, after its first event, its second..."""

    documents: tuple[int, ...]
    announcements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Costs:
    """Microseconds per event, in one process without any I/O.

    ``price`` is that of one redemption priced here, on a cart of four lines.
    """

    decode: float
    fold: float
    price: float


def sizes(lives: Sequence[Sequence[BenchEvent]]) -> Sizes:
    """Return the means over some orders, each processed by the worker's own session."""
    grown = [list(_grown(events)) for events in lives]
    steps = [[life[step] for life in grown] for step in range(PER_ORDER)]
    return Sizes(
        documents=tuple(round(mean(document for document, _ in step)) for step in steps),
        announcements=tuple(round(mean(event for _, event in step)) for step in steps),
    )


def costs(events: Sequence[BenchEvent]) -> Costs:
    """Decode each event, and fold each order once from all of its events."""
    begun = time.perf_counter()
    outcomes = [decode(event.value) for event in events]
    decoded = time.perf_counter()
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    accepted.sort(key=lambda outcome: outcome.order_id)
    grouped = [list(group) for _, group in groupby(accepted, lambda outcome: outcome.order_id)]
    histories = [
        (group[0].order_id, [_inbound(outcome, n) for n, outcome in enumerate(group)])
        for group in grouped
    ]
    ready = time.perf_counter()
    for order_id, each in histories:
        decide(order_id, None, each, project_order)
    folded = time.perf_counter()
    count = len(events) / 1_000_000
    return Costs((decoded - begun) / count, (folded - ready) / count, priced())


def _grown(events: Sequence[BenchEvent]) -> list[tuple[int, int]]:
    """Return the sizes after each event of one order."""
    stored: ProjectionState | None = None
    grown: list[tuple[int, int]] = []
    for offset, event in enumerate(events):
        outcome = decode(event.value)
        if not isinstance(outcome, Accepted):
            raise TypeError(f"a benchmark's event must be good: {outcome}")
        decision = decide(outcome.order_id, stored, [_inbound(outcome, offset)], project_order)
        if isinstance(decision, Changed):
            stored = decision.write.state
            grown.append((size_of(compose(decision.write)), _announcement(decision.write)))
        else:
            grown.append(grown[-1])
    return grown


def _announcement(write: OrderWrite) -> int:
    state = write.state
    value = {"order": write.order, "revision": state.revision}
    return len(orjson.dumps(value | {"changes": state.changes, "causes": state.causes}))


def _inbound(outcome: Accepted, offset: int) -> InboundEvent:
    place = Coordinates("redemptions", 0, offset)
    return InboundEvent(place, outcome.type, outcome.event, outcome.facts)
