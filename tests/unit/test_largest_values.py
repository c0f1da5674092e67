"""The invariants know the largest value of each number that is served."""

from collections.abc import Mapping

import pytest

from order_projector.domain import invariants
from order_projector.events.order_updated import (
    Served,
    ServedItem,
    ServedOrder,
    ServedPayment,
)
from tests.support.events import Json

BOUNDED = {
    ServedOrder: invariants._OF_ORDER,
    ServedItem: invariants._OF_ITEM,
    ServedPayment: invariants._OF_PAYMENT,
}


@pytest.mark.parametrize(("model", "bounds"), BOUNDED.items())
def test_each_number_that_is_served_has_its_largest_value(
    model: type[Served], bounds: Mapping[str, int]
) -> None:
    schema = model.model_json_schema(mode="serialization")["properties"]
    numbers = {name for name, member in schema.items() if "integer" in types_of(member)}

    assert numbers == bounds.keys()


def types_of(member: Json) -> set[str]:
    """Return the JSON types that a member may have."""
    return {each.get("type", "") for each in [member, *member.get("anyOf", ())]}
