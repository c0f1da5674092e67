"""What published responses and webhooks omit, and each part of a stack in an event of its own."""

from typing import Any

import pytest

from tests.support.events import Json, event, order_event, order_of, redeemed
from tests.support.priced import cart, coin, item, off, one_by_one
from tests.support.stacks import CHILDREN, VOUCHERS, WHOLE, child, parent, request

VASES = cart(item("prod_vase", 1500, 3))
CARD = {"id": "v_1", "code": "LT1-wMPnRhxb", "campaign_id": "camp_1"}
COINS = coin(20, 100)


def told(own: Json, **around: Json) -> list[tuple[str, Json]]:
    """Return one redemption of the vases in each shape that its event may have."""
    redemption = {"id": "r_1", "date": "2026-03-01T12:01:00Z", **own}
    order = {"order": {"id": "ord_1"}}
    shapes = {
        "one redeemable": {"redemption": redemption, **order, **around},
        "a voucher beside it": {"redemption": redemption, "voucher": CARD, **order, **around},
        "a whole request": {"redemptions": [redemption], **order, **around},
    }
    return [(name, event("redemption.succeeded", data)) for name, data in shapes.items()]


POINTS = {"amount": 200, "voucher": CARD, "loyalty_card": {"points": 200}}


@pytest.mark.parametrize(
    ("own", "around", "expected"),
    [
        pytest.param({**POINTS, "reward": COINS}, {}, 4000, id="200 points at 20 for 100"),
        pytest.param(POINTS, {"reward": COINS}, 4000, id="the reward beside it"),
        pytest.param({**POINTS, "amount": None, "reward": COINS}, {}, 4000, id="no amount"),
        pytest.param({**POINTS, "voucher": {**CARD, "reward": COINS}}, {}, 4000, id="in the card"),
        pytest.param({**POINTS, "reward": {"type": "MATERIAL"}}, {}, 0, id="points for a thing"),
        pytest.param(
            {"amount": 300, "voucher": CARD, "gift": {"amount": 300}}, {}, 300, id="300 credits"
        ),
        pytest.param({"gift": {"amount": 300}}, {}, 300, id="credits of a card not named"),
        pytest.param({"amount": 300, "voucher": CARD}, {}, 0, id="neither credits nor points"),
        pytest.param({"voucher": CARD, "gift": {}}, {}, 0, id="no credits used"),
        pytest.param({"voucher": CARD, "loyalty_card": {}}, {}, 0, id="no points used"),
    ],
)
def test_what_was_used_tells_a_card_that_is_named_by_its_id_alone(
    own: Json, around: Json, expected: int
) -> None:
    for shape, redemption in told(own, **around):
        assert off(VASES, redemption) == [0, expected], shape


def test_a_definition_anywhere_comes_before_what_was_used() -> None:
    used = {"own": {"voucher": CARD, "gift": {"amount": 300}}}
    on_items = used | {"voucher": {**CARD, "gift": {"effect": "APPLY_TO_ITEMS"}}}
    assert off(VASES, *one_by_one(on_items)) == [300, 0]
    coupon = {**CARD, "discount": {"type": "AMOUNT", "amount_off": 50, "effect": "APPLY_TO_ORDER"}}
    assert off(VASES, *one_by_one(used | {"voucher": coupon})) == [0, 50]


def test_what_a_calculated_order_did_not_get_is_not_given_by_the_definition() -> None:
    items = [
        {"product_id": "prod_1", "quantity": 1, "price": 199, "amount": 199},
        {"product_id": "prod_2", "quantity": 1, "price": 3999, "amount": 3999},
    ]
    order = {"id": "ord_1", "amount": 4198, "total_amount": 4198, "items": items}
    voucher = {"discount": {"type": "AMOUNT", "amount_off": 100, "effect": "APPLY_TO_ITEMS"}}
    none = order | {"applied_discount_amount": 0, "total_applied_discount_amount": 0}
    for calculated in (order, none):
        assert off(redeemed(1, "r_1", order=calculated, voucher=voucher)) == [0, 0, 0]


def without_orders(**data: Any) -> Json:
    """Return the stack as a whole request whose children have no order of their own."""
    children = [
        {"id": name, "redemption": "r_0", **voucher}
        for name, voucher in zip(CHILDREN, VOUCHERS, strict=True)
    ]
    return request(0, redemptions=children, **data)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([child(0, 0)], 100, id="the first child"),
        pytest.param([child(1, 0)], 40080, id="the second child"),
        pytest.param([child(2, 0)], 48080, id="the last child"),
        pytest.param([child(0, 0), child(2, 0)], 48080, id="all but the second"),
        pytest.param([child(1, 0), parent(0)], 48080, id="the second child and the parent"),
        pytest.param([parent(0)], 48080, id="the parent"),
        pytest.param([parent(0, stacked=CHILDREN)], 48080, id="the parent with its list"),
        pytest.param([without_orders()], 48080, id="children without orders"),
        pytest.param(
            [without_orders(parent_redemption={"id": "r_0"})], 48080, id="the order alone"
        ),
        pytest.param([request(0, order={"id": "ord_1"})], 48080, id="an order only named"),
        pytest.param([order_event(0, **WHOLE)], 48080, id="a snapshot"),
    ],
)
def test_any_part_of_a_stack_serves_the_numbers_that_it_tells(
    events: list[Json], expected: int
) -> None:
    served = order_of(*events)
    assert {key: served[key] for key in served if key.endswith("amount")} == {
        "amount": 200000,
        "discount_amount": expected,
        "total_discount_amount": expected,
        "total_amount": 200000 - expected,
    }


@pytest.mark.parametrize("seen", [child(2, 0), parent(0), request(0)], ids=str)
def test_a_snapshot_after_any_part_of_a_stack_changes_no_number(seen: Json) -> None:
    before = order_of(seen)
    after = order_of(seen, order_event(9, **WHOLE))
    amounts = [key for key in before if key.endswith("amount")]
    assert [after[key] for key in amounts] == [before[key] for key in amounts]
