"""The products and SKUs of items: served as given, except for mistyped members (section 7)."""

import pytest

from order_projector.events.outcome import Rejected
from tests.support.events import Json, code, order_of, read
from tests.support.shapes import item, order, redemption


def served(**members: Json) -> Json:
    (line,) = order_of(item(**members))["items"]
    return {name: line.get(name) for name in members}


MISTYPED: dict[str, tuple[object, ...]] = {
    "id": (5, True, 1.5, {"id": "prod_1"}, ["prod_1"]),
    "source_id": (5, False, {}, []),
    "name": (5, True, {"en": "Mug"}, ["Mug"]),
    "sku": (5, {"id": "sku_1"}, []),
    "price": ("5", "", True, 1.5, 5.0, {"amount": 5}, [5]),
    "metadata": ("x", 5, True, [1], [[]]),
}


@pytest.mark.parametrize("holder", ["product", "sku"])
@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in MISTYPED.items() for value in values]
)
def test_a_member_of_a_product_is_served_only_where_it_has_its_type(
    holder: str, name: str, value: object
) -> None:
    kept = {"attributes": ["red"]}
    assert served(**{holder: {name: value, **kept}}) == {holder: kept}


@pytest.mark.parametrize("holder", ["product", "sku"])
def test_what_has_its_type_is_served_as_it_was_given(holder: str) -> None:
    whole = {
        "id": "x_1",
        "source_id": "s_1",
        "name": "",
        "sku": "Large",
        "price": 0,
        "metadata": {"a": [None]},
        "image_url": None,
        "override": True,
        "attributes": [{"size": 5, "colour": None}],
    }
    assert served(**{holder: whole}) == {
        holder: {
            "id": "x_1",
            "source_id": "s_1",
            "name": "",
            "sku": "Large",
            "price": 0,
            "metadata": {"a": [None]},
            "attributes": [{"size": 5}],
        }
    }


def test_a_mistyped_price_prices_nothing_and_a_mistyped_id_names_nothing() -> None:
    (line,) = order_of(item(quantity=2, product={"id": 5, "price": "10"}))["items"]
    assert "amount" not in line
    (line,) = order_of(item(quantity=2, sku={"price": 3.5}, product={"price": 10}))["items"]
    assert line["amount"] == 20


@pytest.mark.parametrize(
    ("member", "place"),
    [
        ({"price": -1}, "price"),
        ({"price": 2**53}, "price"),
        ({"price": 10**30}, "price"),
        ({"id": ""}, "id"),
        ({"id": "x" * 257}, "id"),
        ({"source_id": "a\0b"}, "source_id"),
        ({"source_id": ""}, "source_id"),
        ({"id": 5, "source_id": ""}, "source_id"),
    ],
)
@pytest.mark.parametrize("holder", ["product", "sku"])
def test_an_integer_price_out_of_range_and_an_id_against_the_rules_stay_invalid(
    holder: str, member: Json, place: str
) -> None:
    outcome = read(item(**{holder: member}))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "invalid_event"
    assert outcome.message.startswith(f"data.order.items[0].{holder}.{place}: ")


def test_the_members_of_a_discount_s_product_are_dropped_alike() -> None:
    unit = {"unit_off": 1, "product": {"id": "p", "price": "5"}, "sku": {"id": 5}}
    coupon = {"id": "v_1", "discount": {"type": "UNIT", **unit}}
    assert code(redemption(redemption={"id": "r_1"}, voucher=coupon)) == ""


@pytest.mark.parametrize("kind", ["product", "sku"])
def test_a_related_object_is_served_where_it_is_product_or_sku(kind: str) -> None:
    (line,) = order_of(order(items=[{"source_id": "s", "related_object": kind}]))["items"]
    assert line["related_object"] == kind


@pytest.mark.parametrize("kind", ["", "bundle", "Product", "x" * 300, 5, True, {}, ["product"]])
def test_a_related_object_of_another_kind_is_not_served(kind: object) -> None:
    (line,) = order_of(order(items=[{"source_id": "s", "related_object": kind}]))["items"]
    assert line["source_id"] == "s"
    assert "related_object" not in line
