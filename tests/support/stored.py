"""What stored states are made of, where a test does not care: facts as text, and a clock."""

from datetime import UTC, datetime

from order_projector.projection.stored import StoredFact


def noon() -> datetime:
    """The time of every write."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


def told(text: str, rules: int = 1, known_at: int = 0) -> StoredFact:
    """A stored fact of that text."""
    return StoredFact(text, rules, known_at)
