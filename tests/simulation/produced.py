"""The records that producers send."""

from dataclasses import dataclass
from typing import Final

REDEMPTIONS: Final = "redemptions"
PAYMENTS: Final = "payments"
INBOUND: Final = (PAYMENTS, REDEMPTIONS)


@dataclass(frozen=True, slots=True)
class ProducedRecord:
    """A record that a producer sends, and when."""

    at: float
    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...] = ()
