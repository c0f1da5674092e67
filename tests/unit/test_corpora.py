"""What one release stored or computed, the next one reads and computes identically."""

from typing import Any

import bson
import orjson
import pytest
from bson.raw_bson import RawBSONDocument

from order_projector.adapters.mongo.decoding import RAW, decoded
from order_projector.projection import codec
from order_projector.projection.document import announceable, compose, read_state, served
from order_projector.projection.ports import OrderWrite, ProjectionState, StoredOrder
from order_projector.projection.rules import RULES
from order_projector.projection.stored_form import FORMS, STORED_NAMES
from tests.corpora import documents, histories

STORED = documents.read()

ANOTHER_FORM = (
    "the stored form has changed: raise LAYOUT in projection/state_layout.py, and keep reading the "
    "layout before; until the first release is cut, LAYOUT stays 1. Write the documents anew with "
    "`python -m tests.corpora documents`, in a commit that says so."
)
OTHER_RULES = (
    "the rules have changed: raise RULES in projection/rules.py; until the first release is cut, "
    "RULES stays 1. Write the orders anew with `python -m tests.corpora histories`, in a commit "
    "that says so. Different: "
)


def test_this_release_writes_each_document_as_it_was_written_once() -> None:
    made = documents.made()

    assert made.keys() == STORED.keys(), ANOTHER_FORM
    for name, document in made.items():
        assert documents.text(document) == documents.text(STORED[name]), ANOTHER_FORM


@pytest.mark.parametrize("name", STORED)
def test_a_document_that_was_written_once_is_read_completely(name: str) -> None:
    document = decoded(RawBSONDocument(bson.encode(STORED[name]), RAW))

    state = read_state(document)

    assert isinstance(state, ProjectionState), state
    for identity, fact in state.facts.items():
        assert codec.text_of(codec.parse(identity, fact.text)) == fact.text
    write = OrderWrite("ord_1", None, served(document), state, documents.WRITTEN_AT)
    assert documents.text(compose(write)) == documents.text(STORED[name])


def test_what_is_announced_of_a_document_is_what_its_revision_was_stored_with() -> None:
    announced = announceable("ord_1", STORED["pending-with-flags"])

    assert isinstance(announced, StoredOrder)
    assert announced.order == {"id": "ord_1", "paid": 500}
    assert (announced.revision, announced.changes) == (1, ("id", "paid"))
    assert announced.causes == ("evt_1", "evt_2")
    assert announced.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert [flag.event for flag in announced.flags] == ["evt_2"]


def test_the_documents_hold_facts_of_every_kind_with_every_member() -> None:
    facts = [fact for it in STORED.values() for fact in it["_projection"]["facts"]]

    assert {fact["id"].partition(" ")[0] for fact in facts} == FORMS.keys()
    names = {name for stored in STORED_NAMES.values() for name in stored.values()}
    assert names <= {name for fact in facts for name in members(orjson.loads(fact["text"]))}


def members(value: Any) -> set[str]:
    """Return every key of every object in a JSON value."""
    match value:
        case dict():
            return value.keys() | {name for each in value.values() for name in members(each)}
        case list():
            return {name for each in value for name in members(each)}
        case _:
            return set()


def test_the_same_events_make_the_same_orders_unless_the_number_of_the_rules_is_another() -> None:
    rules, told = histories.read()

    different = [
        str(number)
        for number, one in enumerate(told, start=2)
        if orjson.dumps(histories.outcome(one["events"]))
        != orjson.dumps({"orders": one["orders"], "flags": one["flags"]})
    ]
    where = f"line {', '.join(different)} of {histories.FILE.name}"
    assert not different, OTHER_RULES + where
    assert rules == RULES, OTHER_RULES + "the number of the rules"
    assert len(told) >= histories.HISTORIES
