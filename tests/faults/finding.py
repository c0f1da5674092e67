"""What a comparison at the end of a chaos run finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was promised and is not so; the kind is lost, doubled or wrong."""

    kind: str
    what: str
