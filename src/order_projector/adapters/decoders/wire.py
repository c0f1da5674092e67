"""What a worker and its decoders say to each other over two pipes.

A frame is its length in eight bytes and a pickle. A request holds values and headers; its answer
holds, for each of them in the same sequence, what is told. Facts travel as the texts that an
order's document keeps: those are made only once, and read faster than anything else.
"""

import pickle
from collections.abc import Sequence
from struct import Struct
from typing import Any, Final

from order_projector.domain.facts import Event, identity
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Outcome, Rejected, Skipped
from order_projector.projection import codec
from order_projector.projection.ports import Record

LENGTH: Final = Struct(">Q")

READY: Final = b"ready"
"""What a decoder says first."""

_Facts = tuple[tuple[str, str], ...]
_Told = tuple[str, str, int, str, _Facts] | Skipped | Rejected | None


def framed(body: bytes) -> bytes:
    """The body behind its length."""
    return LENGTH.pack(len(body)) + body


def request(records: Sequence[Record]) -> bytes:
    """Ask what these records tell."""
    return _pack([(record.value, record.headers) for record in records])


def answer(asked: bytes) -> bytes:
    """Decode what is asked for."""
    return _pack([_told(value, headers) for value, headers in _unpack(asked)])


def outcomes(answered: bytes) -> list[Outcome | None]:
    """What the records tell; None for one of which a decoder could not say."""
    return [_outcome(told) for told in _unpack(answered)]


def _told(value: bytes | None, headers: Any) -> _Told:
    try:
        outcome = decode(value, headers)
    except Exception:  # the worker meets it again, and has the log and the words for it
        return None
    if not isinstance(outcome, Accepted):
        return outcome
    facts = tuple((name := identity(fact), codec.printed(name, fact)) for fact in outcome.facts)
    event = outcome.event
    return outcome.type, outcome.order_id, event.created_at, event.id, facts


def _outcome(told: _Told) -> Outcome | None:
    match told:
        case (str(), str(), int(), str(), facts):
            type_, order_id, created_at, event_id, _ = told
            read = tuple([codec.load(name, text) for name, text in facts])
            return Accepted(type_, order_id, Event(created_at, event_id), read)
        case _:
            return told


def _pack(whole: object) -> bytes:
    return pickle.dumps(whole, pickle.HIGHEST_PROTOCOL)


def _unpack(body: bytes) -> Any:
    return pickle.loads(body)  # noqa: S301 - a pipe to a process of our own
