"""The official sample orders, rebuilt from raw carts and discount definitions."""

import json

import pytest

from tests.support.events import Json, order_of
from tests.support.samples import CUP, HISTORIES, IPHONE, SAMPLES


def only(product: Json) -> Json:
    """Return an ``applicable_to`` that names one product."""
    return {"data": [{"object": "product", "id": product["product_id"]}], "total": 1}


VOUCHERS: list[Json] = [
    {"discount": {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ITEMS"}},
    {"discount": {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}},
    {"discount": {"type": "AMOUNT", "amount_off": 4000}},
    {"discount": {"type": "PERCENT", "percent_off": 10.0}, "applicable_to": only(CUP)},
    {"discount": {"type": "AMOUNT", "amount_off": 900}, "applicable_to": only(IPHONE)},
]


@pytest.mark.parametrize(
    ("sample", "history", "voucher"),
    list(zip(SAMPLES, HISTORIES, VOUCHERS, strict=True)),
    ids=[sample["id"] for sample in SAMPLES],
)
def test_a_sample_order_is_priced_from_its_cart_key_by_key(
    sample: Json, history: list[Json], voucher: Json
) -> None:
    created, redeemed, updated = history
    data = redeemed["data"]
    priced = data | {
        "order": {"id": sample["id"], "status": "PAID"},
        "voucher": data["voucher"] | voucher,
    }
    order = order_of(created, redeemed | {"data": priced}, updated)
    assert json.dumps(order) == json.dumps(sample)
