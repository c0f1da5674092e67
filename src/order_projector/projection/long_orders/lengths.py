"""From which length on an order keeps a checkpoint and moves facts into segments."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Lengths:
    """The thresholds. Texts are counted in characters, each repeated one once.

    An order of more than ``short`` facts, or of more characters than ``in_document``, is long. Its
    checkpoint leaves out the latest facts on the timeline: ``recent`` of them when it is made, and
    ``most_recent`` before the next one is. What it covers moves apart once these are
    ``in_segment`` facts, or once the document has more characters of facts than ``in_document``.
    An order of more than ``served`` bytes of JSON keeps no checkpoint and no fact in its document.
    """

    short: int = 32
    recent: int = 16
    most_recent: int = 48
    in_segment: int = 64
    in_document: int = 65_536
    segment_characters: int = 1_000_000
    served: int = 2_000_000


LENGTHS: Final = Lengths()
