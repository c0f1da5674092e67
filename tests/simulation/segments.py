"""Segments, as the simulated database stores them and as the checks read them."""

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
    """The deletion of all segments in a range of ids."""

    first: str
    end: str


def stored_texts(
    document: Document, name: str, stored: Mapping[str, bytes]
) -> dict[str, str] | None:
    """Return the text of each fact of an order by identity; None if a listed segment is missing.

    ``name`` is the field with the projection state. The later copy of a fact counts.
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
    """Return the orders that have a segment."""
    documents = map(bson.decode, stored.values())
    return {each["order"] for each in documents if "order" in each and "layout" in each}
