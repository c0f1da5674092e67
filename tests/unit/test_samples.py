"""The official sample orders, rebuilt from events: values, presence and key order."""

import json

import pytest

from tests.support.events import Json, order_of
from tests.support.samples import HISTORIES, SAMPLES


@pytest.mark.parametrize(
    ("sample", "events"),
    list(zip(SAMPLES, HISTORIES, strict=True)),
    ids=[sample["id"] for sample in SAMPLES],
)
def test_a_sample_order_is_rebuilt_key_by_key(sample: Json, events: list[Json]) -> None:
    assert json.dumps(order_of(*events)) == json.dumps(sample)
