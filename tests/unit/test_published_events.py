"""The published schemas of events are as strict as decoding, and no stricter."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from order_projector.demo.stream import generate
from order_projector.events.decode import decode
from order_projector.events.examples import EXAMPLES
from order_projector.events.outcome import Accepted, Rejected, Skipped
from tests.support.events import Json, event, to_json
from tests.support.plain_events import BEYOND_JSON_SCHEMA, INVALID, VALID
from tests.support.published import published, validator


def fits(told: Any) -> bool:
    """Whether the published schema of the event's type accepts it."""
    name = told.get("type", "order.paid") if isinstance(told, dict) else "order.paid"
    return bool(validator(name.removeprefix("customer.")).is_valid(told))


def refused(told: Any) -> bool:
    """Whether an event is a dead letter."""
    value = told if isinstance(told, bytes) else to_json(told)
    return isinstance(decode(value), Rejected)


@pytest.mark.parametrize("told", VALID.values(), ids=VALID)
def test_what_the_worker_takes_fits_the_published_schema(told: Json) -> None:
    outcome = decode(to_json(told))
    assert isinstance(outcome, Accepted | Skipped), outcome
    validator(told["type"].removeprefix("customer.")).validate(told)


@pytest.mark.parametrize("told", INVALID.values(), ids=INVALID)
def test_what_the_worker_refuses_is_against_the_published_schema(told: Any) -> None:
    assert refused(told)
    assert not fits(told)


@pytest.mark.parametrize("told", BEYOND_JSON_SCHEMA.values(), ids=BEYOND_JSON_SCHEMA)
def test_what_json_schema_cannot_say_is_known(told: Any) -> None:
    assert refused(told)
    assert fits(json.loads(told) if isinstance(told, bytes) else told)


def test_a_schema_counts_the_nulls_of_a_list_which_the_worker_does_not() -> None:
    told = event("order.paid", {"order": {"id": "ord_1", "items": [{"quantity": 1}] * 500}})
    assert fits(told)
    told["data"]["order"]["items"].append(None)
    assert not refused(told)
    assert not fits(told)


def plain_records() -> Iterator[Json]:
    """The demo's events that stand in a plain envelope and are ours."""
    for record in generate(150, seed=5).records:
        named = any(name.startswith("ce_") for name, _ in record.headers)
        try:
            told = None if named else orjson.loads(record.value or b"")
        except ValueError:
            continue
        if isinstance(told, dict) and not {"specversion", "event"} & told.keys():
            yield told


def test_worker_and_schema_agree_on_every_event_of_the_demo_s_stream() -> None:
    verdicts = set()
    for told in plain_records():
        name = str(told.get("type", "")).removeprefix("customer.")
        if name in published():
            verdict = fits(told)
            assert verdict != refused(told), told
            verdicts.add(verdict)
    assert verdicts == {True, False}


def test_every_type_that_is_ours_has_an_example() -> None:
    for name, example in EXAMPLES.items():
        assert published()[name]["examples"] == [example]
        assert example["type"] == name
    inbound = {name for name in published() if "." in name and not name.endswith(".headers")}
    assert inbound == EXAMPLES.keys()
