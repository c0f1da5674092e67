"""The findings of the comparison at the end of a chaos run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise; its kind is lost, doubled or wrong."""

    kind: str
    what: str
