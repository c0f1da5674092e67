"""The outcome of decoding one inbound record."""

from dataclasses import dataclass
from enum import StrEnum

from order_projector.domain.facts import EventStamp, Fact
from order_projector.domain.names import Claim


class Code(StrEnum):
    """The ``error-code`` of a dead letter."""

    INVALID_JSON = "invalid_json"
    INVALID_ENVELOPE = "invalid_envelope"
    INVALID_EVENT = "invalid_event"
    UNKNOWN_ORDER = "unknown_order"
    ORDER_TOO_LARGE = "order_too_large"
    INVARIANT_VIOLATION = "invariant_violation"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A valid event: the facts it carries about its order.

    ``order_id`` is the id that the event gives, else the one derived from its source id; then
    ``source_id`` is that source id, if it is known. ``claim`` is set if it names both.
    """

    type: str
    order_id: str
    event: EventStamp
    facts: tuple[Fact, ...]
    source_id: str | None = None
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A valid event without effect on any order.

    ``type`` is the event's type for failures (``redemption.failed``,
    ``redemption.rollback.failed``), ``foreign`` for a type that the contract does not name, and
    ``no_order`` for a redemption or rollback that concerns no order.
    """

    type: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A dead letter: an event that can never succeed. ``message`` names field and reason."""

    code: Code
    message: str


Outcome = Accepted | Skipped | Rejected
