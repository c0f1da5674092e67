"""Stored documents of all kinds, each made from facts that are defined by hand.

The fold is a toy, so that these documents change only with the stored form, not with the rules.
"""

from pathlib import Path
from typing import Any, Final

import orjson

from order_projector.domain.facts import Fact
from order_projector.projection.document import compose
from order_projector.projection.ports import Coordinates, OrderWrite, ProjectionState
from order_projector.projection.session import Changed, InboundEvent, decide
from tests.corpora.facts import ROUNDS
from tests.unit.toy import flagging_fold

FOLDER: Final = Path(__file__).parents[1] / "data" / "stored_documents"

WRITTEN_AT: Final = 1_772_366_400_000
TRACE: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

Json = dict[str, Any]


def made() -> dict[str, Json]:
    """Return the documents as this release writes them, by name."""
    return {name: _document(rounds) for name, rounds in ROUNDS.items()}


def read() -> dict[str, Json]:
    """Return the documents as recorded, by name."""
    return {file.stem: orjson.loads(file.read_bytes()) for file in sorted(FOLDER.glob("*.json"))}


def text(document: Json) -> str:
    """Return the text of a document, which preserves the order of keys."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def write() -> None:
    """Write the documents as this release writes them."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in made().items():
        (FOLDER / f"{name}.json").write_text(text(document))


def _document(rounds: list[list[tuple[Fact, ...]]]) -> Json:
    """Return the document of an order after these rounds of events, each with its facts."""
    state: ProjectionState | None = None
    write: OrderWrite | None = None
    offset = 0
    for events in rounds:
        inbound = [_inbound(offset + place, facts) for place, facts in enumerate(events)]
        offset += len(events)
        decision = decide("ord_1", state, inbound, flagging_fold)
        assert isinstance(decision, Changed), decision
        write = decision.write
        state = write.state
    assert write is not None
    return compose(OrderWrite("ord_1", None, write.order, write.state, WRITTEN_AT))


def _inbound(offset: int, facts: tuple[Fact, ...]) -> InboundEvent:
    """Return an event; every second one comes from another topic and has a trace."""
    topic, trace = ("payments", TRACE) if offset % 2 else ("redemptions", None)
    coordinates = Coordinates(topic, offset % 3, 2**33 + offset)
    known_at = WRITTEN_AT - 60_000 + offset
    return InboundEvent(
        coordinates, "order.created", facts[0].event, facts, trace, timestamp=known_at
    )
