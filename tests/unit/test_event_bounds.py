"""The bounds of one event (section 11), each with its code and the field that it names."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from order_projector.domain.limits import EVENT_LIMIT
from order_projector.events.decode import decode
from order_projector.events.outcome import Rejected, Skipped
from order_projector.settings import Settings
from tests.support.events import Json, code, event, read, to_json
from tests.support.shapes import ID, RR, R, item, order, payment, redemption, rollback

MOST = 2**53 - 1
MANY = 2**31 - 1


def rejected(value: object) -> tuple[str, str]:
    """Return the code of a dead letter, and the field that its message names."""
    outcome = read(value)
    assert isinstance(outcome, Rejected), outcome
    return outcome.code.value, outcome.message.split(": ")[0]


def numbered(count: int, **members: Any) -> list[Json]:
    """Return this number of objects, each with its own id."""
    return [{"id": f"n_{n}", **members} for n in range(count)]


def padded(value: Json, size: int) -> bytes:
    """Return the JSON of a value, padded with white space to this size."""
    text = to_json(value)
    return text + b" " * (size - len(text))


def test_a_value_over_the_limit_is_not_parsed() -> None:
    paid = event("order.paid", {"order": ID})
    assert code(padded(paid, EVENT_LIMIT)) == ""
    assert rejected(padded(paid, EVENT_LIMIT + 1)) == ("order_too_large", "value")
    assert rejected(b"{" * (EVENT_LIMIT + 1)) == ("order_too_large", "value")
    foreign = event("cart.abandoned", {})
    assert rejected(padded(foreign, EVENT_LIMIT + 1)) == ("order_too_large", "value")


def test_a_value_over_the_limit_is_skipped_where_a_header_says_that_its_type_is_not_ours() -> None:
    large = b"{" * (EVENT_LIMIT + 1)
    assert read(large, [("ce_type", b"cart.abandoned")]) == Skipped("foreign")
    ours = [("ce_type", b"order.paid"), ("ce_id", b"evt_1")]
    assert code(large, ours) == "order_too_large"


def test_the_limit_is_the_caller_s_and_the_default_of_the_setting() -> None:
    paid = padded(event("order.paid", {"order": ID}), 2_000)
    outcome = decode(paid, limit=1_999)
    assert isinstance(outcome, Rejected)
    assert outcome.message == "value: 2000 bytes, more than 1999"
    assert not isinstance(decode(paid, limit=2_000), Rejected)
    assert Settings.model_fields["event_limit"].default == EVENT_LIMIT


DISCOUNT = {"type": "UNIT", "effect": "ADD_MANY_ITEMS"}


def discount(**members: Any) -> Json:
    """Return a redemption of a voucher with this discount."""
    return redemption(redemption=R, voucher={"discount": {**DISCOUNT, **members}})


def stacks(sizes: list[int]) -> Json:
    """Return the ``redemptions`` of an order: stacks with this number of children each."""
    return {
        f"p_{n}": {"stacked": [f"r_{n}_{child}" for child in range(size)]}
        for n, size in enumerate(sizes)
    }


COUNTS: Mapping[str, tuple[int, str, Callable[[int], Json]]] = {
    "items": (500, "data.order.items", lambda n: order(items=numbered(n))),
    "items-of-a-part": (
        500,
        "data.redemptions[1].order.items",
        lambda n: redemption(redemptions=[R, {"id": "r_2", "order": {"items": numbered(n)}}]),
    ),
    "redemptions": (100, "data.redemptions", lambda n: redemption(redemptions=numbered(n))),
    "rollbacks": (
        100,
        "data.rollbacks",
        lambda n: rollback(rollbacks=numbered(n, redemption="r_1")),
    ),
    "units": (
        500,
        "data.voucher.discount.units",
        lambda n: discount(units=[{"unit_off": 1, "unit_type": "p"}] * n),
    ),
    "applicable": (
        500,
        "data.voucher.discount.applicable_to.data",
        lambda n: discount(applicable_to={"data": numbered(n)}),
    ),
    "both-lists": (
        500,
        "data.redemption",
        lambda n: discount(applicable_to=numbered(1), inapplicable_to=numbered(n - 1)),
    ),
    "lists-beside-each-other": (
        500,
        "data.redemptions[1]",
        lambda n: redemption(
            redemptions=[
                R,
                {
                    "id": "r_2",
                    "applicable_to": numbered(250),
                    "voucher": {"discount": {"inapplicable_to": numbered(n - 250)}},
                },
            ]
        ),
    ),
    "one-list-of-children": (
        500,
        "data.order.redemptions.p_0.stacked",
        lambda n: order(redemptions=stacks([n])),
    ),
    "lists-of-one-order": (
        500,
        "data.order.redemptions.p_2.stacked",
        lambda n: order(redemptions=stacks([200, 200, n - 400])),
    ),
    "a-redemption-s-own-list": (
        500,
        "data.redemption.stacked",
        lambda n: redemption(
            order={**ID, "redemptions": stacks([1])},
            redemption={**R, "stacked": [f"r_{child}" for child in range(n - 1)]},
        ),
    ),
    "lists-of-all-parts": (
        500,
        "data.parent_redemption.stacked",
        lambda n: redemption(
            redemptions=[
                {"id": "r_1", "order": {"redemptions": stacks([100])}},
                {"id": "r_2", "stacked": ["r_3"] * (n - 300)},
            ],
            parent_redemption={"id": "r_0", "stacked": ["r_1"] * 200},
        ),
    ),
    "lists-of-rollbacks": (
        500,
        "data.order.redemptions.p_0.stacked",
        lambda n: rollback(
            order={**ID, "redemptions": stacks([250])},
            rollbacks=[{**RR, "order": {"redemptions": stacks([n - 250])}}],
        ),
    ),
    "items-of-an-order-that-a-payment-names": (
        500,
        "data.order.items",
        lambda n: event(
            "payment.succeeded", {**payment()["data"], "order": {**ID, "items": [5] * n}}
        ),
    ),
    "lists-of-an-order-that-a-payment-names": (
        500,
        "data.order.redemptions.p_0.stacked",
        lambda n: event(
            "payment.succeeded",
            {**payment()["data"], "order": {**ID, "redemptions": stacks([n])}},
        ),
    ),
}


@pytest.mark.parametrize("kind", COUNTS)
def test_order_too_large_is_an_event_that_lists_more_than_a_bound(kind: str) -> None:
    bound, place, shape = COUNTS[kind]
    assert code(shape(bound)) == ""
    assert rejected(shape(bound + 1)) == ("order_too_large", place)


def test_null_in_a_list_does_not_count() -> None:
    assert code(redemption(redemptions=[*numbered(100), None])) == ""
    assert code(order(redemptions={"p": {"stacked": [*["r_1"] * 500, None]}})) == ""


def test_a_chain_of_stacks_is_as_many_children() -> None:
    chain = {f"r_{n}": {"stacked": [f"r_{n + 1}"]} for n in range(501)}
    assert rejected(order(redemptions=chain))[0] == "order_too_large"
    chain.popitem()
    assert code(order(redemptions=chain)) == ""


def placed(**members: Any) -> Json:
    """Return an order of two items, the second with these members."""
    return order(items=[{"product_id": "a", "quantity": 1, "price": 1}, {"sku_id": "b", **members}])


UNITS = {"unit_type": "p", "unit_off": 3}
AMOUNTS = {
    "quantity": (placed(quantity=MANY + 1), "data.order.items[1].quantity"),
    "initial-quantity": (placed(initial_quantity=MANY + 1), "data.order.items[1].initial_quantity"),
    "unit-off": (discount(unit_off=MANY + 1), "data.voucher.discount.unit_off"),
    "unit-off-of-many": (
        discount(units=[UNITS, {**UNITS, "unit_off": MANY + 1}]),
        "data.voucher.discount.units[1].unit_off",
    ),
    "quantity-that-the-item-makes": (
        placed(quantity=MANY, applied_quantity=-1),
        "data.order.items[1].applied_quantity",
    ),
    "amount": (placed(amount=MOST + 1), "data.order.items[1].amount"),
    "points": (redemption(redemption={**R, "amount": MOST + 1}), "data.redemption.amount"),
    "quantity-times-price": (placed(quantity=3, price=MOST), "data.order.items[1].price"),
    "quantity-times-price-beside-an-amount": (
        placed(quantity=3, price=MOST, amount=5),
        "data.order.items[1].price",
    ),
    "initial-quantity-times-price": (
        placed(quantity=1, initial_quantity=2, price=MOST),
        "data.order.items[1].price",
    ),
    "applied-quantity-times-price": (
        placed(quantity=1, applied_quantity=-2, price=2**52),
        "data.order.items[1].price",
    ),
    "price-of-its-product": (
        placed(quantity=2, product={"price": MOST}),
        "data.order.items[1].product.price",
    ),
    "price-of-its-sku": (
        placed(quantity=2, product={"price": 1}, sku={"price": MOST}),
        "data.order.items[1].sku.price",
    ),
    "sum-of-items": (placed(amount=MOST), "data.order.items"),
    "sum-of-what-the-items-were": (
        order(
            total_amount=1,
            items=[{"amount": 1, "initial_amount": MOST, "initial_quantity": 1}, {"amount": 1}],
        ),
        "data.order.items",
    ),
    "total-and-its-discounts": (
        order(total_amount=MOST, total_discount_amount=1),
        "data.order.total_amount",
    ),
    "units-of-a-product": (
        discount(units=[{"unit_off": 2, "product": {"price": MOST}}]),
        "data.voucher.discount.units[0].unit_off",
    ),
    "the-discount-s-own-unit": (
        discount(unit_off=2, sku={"price": MOST}),
        "data.voucher.discount.unit_off",
    ),
    "percent": (discount(percent_off=10**400), "data.voucher.discount.percent_off"),
    "percent-of-a-request": (
        redemption(redemptions=[{**R, "voucher": {"discount": {"percent_off": -(10**400)}}}]),
        "data.redemptions[0].voucher.discount.percent_off",
    ),
    "ratio": (
        redemption(redemption=R, reward={"parameters": {"coin": {"points_ratio": 10**400}}}),
        "data.reward.parameters.coin.points_ratio",
    ),
}


@pytest.mark.parametrize("kind", AMOUNTS)
def test_invalid_event_is_a_number_beyond_what_it_may_be_and_names_its_field(kind: str) -> None:
    value, place = AMOUNTS[kind]
    assert rejected(value) == ("invalid_event", place)


def test_the_largest_numbers_are_accepted() -> None:
    assert code(item(quantity=MANY, price=MOST // MANY)) == ""
    assert code(item(quantity=1, price=MOST)) == ""
    assert code(discount(unit_off=MANY, product={"price": MOST // MANY})) == ""


def test_units_of_a_price_that_another_event_gives_are_accepted() -> None:
    assert code(item(quantity=1, price=MOST)) == ""
    assert code(discount(effect="ADD_NEW_ITEMS", unit_off=MANY, unit_type="p")) == ""


def test_a_key_of_any_length_is_cut_in_the_message() -> None:
    outcome = read(order(redemptions={"k" * 300_000: {"stacked": []}}))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "invalid_event"
    assert outcome.message.startswith(f"data.order.redemptions.{'k' * 64}...: ")
    assert len(outcome.message) < 300


def test_a_message_can_be_written_whatever_the_event_holds() -> None:
    outcome = read(
        rb'{"id": "e", "type": "order.paid", "created_at": "2026-03-01T10:00:00Z",'
        rb'"data": {"order": {"id": "o", "metadata": {"\ud800\u001b[2J": 1}}}}'
    )
    assert isinstance(outcome, Rejected)
    assert outcome.message.encode().isascii()
    assert outcome.message.isprintable()
