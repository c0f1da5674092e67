"""The published schemas of events are as strict as decoding, and no stricter."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from order_projector.events.decode import decode
from order_projector.events.examples import EXAMPLES
from order_projector.events.outcome import Accepted, Rejected, Skipped
from order_projector.workload.stream import generate
from tests.support.events import Json, event, to_json
from tests.support.invalid_events import BEYOND_JSON_SCHEMA, INVALID
from tests.support.published import published, validator
from tests.support.valid_events import VALID


def fits(sample: Any) -> bool:
    """Return whether the published schema of the event's type accepts it."""
    name = sample.get("type", "order.paid") if isinstance(sample, dict) else "order.paid"
    return bool(validator(name.removeprefix("customer.")).is_valid(sample))


def refused(sample: Any) -> bool:
    """Return whether an event becomes a dead letter."""
    value = sample if isinstance(sample, bytes) else to_json(sample)
    return isinstance(decode(value), Rejected)


@pytest.mark.parametrize("sample", VALID.values(), ids=VALID)
def test_what_the_worker_takes_fits_the_published_schema(sample: Json) -> None:
    outcome = decode(to_json(sample))
    assert isinstance(outcome, Accepted | Skipped), outcome
    validator(sample["type"].removeprefix("customer.")).validate(sample)


@pytest.mark.parametrize("sample", INVALID.values(), ids=INVALID)
def test_what_the_worker_refuses_is_against_the_published_schema(sample: Any) -> None:
    assert refused(sample)
    assert not fits(sample)


@pytest.mark.parametrize("sample", BEYOND_JSON_SCHEMA.values(), ids=BEYOND_JSON_SCHEMA)
def test_what_json_schema_cannot_say_is_known(sample: Any) -> None:
    assert refused(sample)
    assert fits(json.loads(sample) if isinstance(sample, bytes) else sample)


def test_a_schema_counts_the_nulls_of_a_list_which_the_worker_does_not() -> None:
    sample = event("order.paid", {"order": {"id": "ord_1", "items": [{"quantity": 1}] * 500}})
    assert fits(sample)
    sample["data"]["order"]["items"].append(None)
    assert not refused(sample)
    assert not fits(sample)


def test_a_schema_takes_a_product_s_price_of_minus_1_0_for_an_integer_out_of_range() -> None:
    sample = event(
        "order.paid", {"order": {"id": "ord_1", "items": [{"product": {"price": -1.0}}]}}
    )
    assert not refused(sample)
    assert not fits(sample)


def plain_records() -> Iterator[Json]:
    """Yield the workload's events that have a plain envelope."""
    for record in generate(150, seed=5).records:
        named = any(name.startswith("ce_") for name, _ in record.headers)
        try:
            sample = None if named else orjson.loads(record.value or b"")
        except ValueError:
            continue
        if isinstance(sample, dict) and not {"specversion", "event"} & sample.keys():
            yield sample


def test_worker_and_schema_agree_on_every_event_of_the_demo_s_stream() -> None:
    verdicts = set()
    for sample in plain_records():
        name = str(sample.get("type", "")).removeprefix("customer.")
        if name in published():
            verdict = fits(sample)
            assert verdict != refused(sample), sample
            verdicts.add(verdict)
    assert verdicts == {True, False}


def test_every_type_that_is_ours_has_an_example() -> None:
    for name, example in EXAMPLES.items():
        assert published()[name]["examples"] == [example]
        assert example["type"] == name
    inbound = {name for name in published() if "." in name and not name.endswith(".headers")}
    assert inbound == EXAMPLES.keys()
