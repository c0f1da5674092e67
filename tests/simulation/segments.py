"""Segments, as the simulated database has them and as they are looked at from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bson

from tests.support.stored import fact_texts

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SegmentInsert:
    """The insertion of a segment."""

    id: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class SegmentDeletion:
    """The deletion of all segments of a range of ids."""

    first: str
    end: str


def stored_texts(
    document: Document, name: str, stored: Mapping[str, bytes]
) -> dict[str, str] | None:
    """Return the text of each fact of an order by identity; None if it lists what is not there.

    ``name`` is the field with the state. The later copy of a fact counts.
    """
    state = document[name]
    texts: dict[str, str] = {}
    for listed in state["apart"]:
        found = [raw for at, raw in stored.items() if at.endswith(f":{listed['id']}")]
        segments = [bson.decode(raw) for raw in found]
        own = [each for each in segments if each["order"] == document["_id"]]
        if not own:
            return None
        texts |= dict(fact_texts(own[0]))
    return texts | dict(fact_texts(state))


def orders_with_segments(stored: Mapping[str, bytes]) -> set[str]:
    """Return the orders of which a segment is there."""
    documents = map(bson.decode, stored.values())
    return {each["order"] for each in documents if "order" in each and "layout" in each}
