"""Parts of stored states for tests in which their values do not matter: facts and a clock."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from order_projector.projection.stored import StoredFact


def noon() -> datetime:
    """Return the time of every write."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


def told(text: str, rules: int = 1, known_at: int = 0) -> StoredFact:
    """Return a stored fact with this text."""
    return StoredFact(text, rules, known_at)


def fact_texts(holder: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the identity and the whole text of each fact in a segment or in a projection state."""
    return [
        (fact["id"], fact["text"] + (holder["texts"][fact["ending"]] if "ending" in fact else ""))
        for fact in holder["facts"]
    ]


def with_facts_of(document: dict[str, Any], segments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the document that includes the facts of its segments, given by ``_id``.

    Of two copies of a fact in different documents, it includes the later one.
    """
    state = document["_projection"]
    names = {fact["id"] for fact in state["facts"]}
    older: dict[str, str] = {}
    for listed in state["apart"]:
        (held,) = [it for at, it in segments.items() if at.endswith(":" + listed["id"])]
        older |= dict(fact_texts(held))
    apart = [{"id": name, "text": text} for name, text in older.items() if name not in names]
    return {**document, "_projection": {**state, "facts": [*apart, *state["facts"]]}}
