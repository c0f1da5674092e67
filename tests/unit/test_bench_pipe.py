"""What the bare pipe writes and publishes is as large as the worker's, and found the same way."""

import orjson
from bench.announcement import announcement
from bench.pipe import document_of

from order_projector.projection.bson_size import size_of


def test_a_document_of_the_pipe_has_the_size_asked_for() -> None:
    assert size_of(document_of("ord_0000001", 10, 2_000, now=1_772_366_400_000)) == 2_000


def test_a_document_of_the_pipe_is_found_by_what_an_order_is_found_by() -> None:
    document = document_of("ord_0000001", 10, 2_000, now=1_772_366_400_000)
    assert document["_id"] == "ord_0000001"
    assert document["object"] == "order"
    assert document["updated_at"] == "2026-03-01T12:00:00.000Z"
    assert document["customer_id"] == "cust_ord_0000001"
    assert document["_projection"]["written_at"] == 1_772_366_400_000
    assert document["_projection"]["redemptions"] == [
        *("r_ord_0000001_0", "r_ord_0000001_1", "r_ord_0000001_2"),
    ]
    assert document["_projection"]["payments"] == ["pay_ord_0000001_0", "pay_ord_0000001_1"]


def test_a_new_document_of_the_pipe_has_neither_redemptions_nor_payments() -> None:
    state = document_of("ord_0000001", 1, 2_000, now=1_772_366_400_000)["_projection"]
    assert (state["redemptions"], state["payments"]) == ([], [])


def test_an_announcement_of_the_pipe_tells_its_revision_and_how_many_events_caused_it() -> None:
    value = announcement(revision=7, events=2, size=300)
    content = orjson.loads(value)
    assert len(value) == 300
    assert content["revision"] == 7
    assert len(content["causes"]) == 2
