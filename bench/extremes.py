"""`python -m bench.extremes`: the most expensive single events that the bounds of an order allow.

Each row is an order of up to 1,000 facts and one more event, under 1 MB. Its columns are the CPU
seconds that the event costs a worker: to decode it, and to process it from the stored facts to the
bytes to be written. Only the ratio of two runs on one machine means anything.
"""

import argparse
import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from tests.support.events import Json, to_json

from bench.extreme_shapes import SHAPES
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from order_projector.projection.bson_size import size_of
from order_projector.projection.document import compose
from order_projector.projection.ports import Coordinates, ProjectionState
from order_projector.projection.session import Changed, InboundEvent, decide
from order_projector.worker import collect_garbage_in_small_steps


@dataclass(frozen=True, slots=True)
class Cost:
    """The size of the last event of a history, and its cost in CPU seconds."""

    facts: int
    bytes: int
    decode: float
    session: float


def cost(events: list[Json]) -> Cost:
    """Return the cost of the last event, after all others have been stored."""
    before = [_inbound(to_json(event), nth) for nth, event in enumerate(events[:-1])]
    stored: ProjectionState | None = None
    decision = decide("ord_1", None, before, project_order)
    if isinstance(decision, Changed):
        stored = decision.write.state
    value = to_json(events[-1])
    begun = time.process_time()
    last = _inbound(value, len(events))
    decoded = time.process_time()
    decision = decide("ord_1", stored, [last], project_order)
    if isinstance(decision, Changed):
        size_of(compose(decision.write))
    ended = time.process_time()
    facts = len(stored.facts) if stored else 0
    return Cost(facts + len(last.facts), len(value), decoded - begun, ended - decoded)


def _inbound(value: bytes, offset: int) -> InboundEvent:
    outcome = decode(value)
    if not isinstance(outcome, Accepted):
        raise TypeError(f"an event of this table must be good: {outcome}")
    place = Coordinates("redemptions", 0, offset)
    return InboundEvent(place, outcome.type, outcome.event, outcome.facts, size=len(value))


def main() -> None:
    """Print the table, row by row as it is measured."""
    collect_garbage_in_small_steps()
    console = Console()
    table = Table(title="one event more")
    for column in ("", "facts", "kB", "decode, s", "session, s"):
        table.add_column(column, justify="right" if column else "left")
    for name, shape in SHAPES.items():
        console.print(f"{name} ...")
        each = cost(shape())
        table.add_row(
            name,
            f"{each.facts:,}",
            f"{each.bytes / 1_000:,.0f}",
            f"{each.decode:.2f}",
            f"{each.session:.2f}",
        )
    console.print(table)


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m bench.extremes", description=__doc__).parse_args()
    main()
