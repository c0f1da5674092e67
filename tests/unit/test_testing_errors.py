"""`order_projector.testing` names the wrong argument in its errors."""

from collections.abc import Callable
from datetime import datetime

import pytest

from order_projector.testing import (
    amount_off,
    by_sender,
    gift_card,
    item,
    order_created,
    order_updated,
    payment_canceled,
    payment_captured,
    payment_failed,
    payment_refunded,
    payment_succeeded,
    percent_off,
    product,
    promotion,
    redemption_succeeded,
    rollback_succeeded,
    stack_succeeded,
    unit_off,
    units_off,
)
from tests.support.built import MUGS, PAID, REDEEMED

WRONG: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "a price in euros": (
        lambda: item("prod_a", price=12.5),  # type: ignore[arg-type]
        TypeError,
        "price: 12.5 should be a whole number of cents",
    ),
    "a negative amount": (lambda: amount_off(-1), ValueError, "amount: -1 should be"),
    "a boolean": (
        lambda: payment_succeeded("ord_1", True),
        TypeError,
        "amount: True should be a whole number of cents",
    ),
    "too many percent": (lambda: percent_off(110), ValueError, "percent: 110 should be"),
    "an unknown effect": (
        lambda: amount_off(1, effect="APPLY"),  # type: ignore[arg-type]
        ValueError,
        "effect: 'APPLY' should be one of APPLY_TO_ITEMS,",
    ),
    "an argument that is none": (
        lambda: order_created("ord_1", custmer="c"),  # type: ignore[call-arg]
        TypeError,
        "order_created() got an unexpected argument 'custmer'; it has amount, at, customer,",
    ),
    "an empty id": (lambda: order_created(""), ValueError, "order_id: 0 characters"),
    "a status that is none": (
        lambda: order_updated("ord_1", status="OPEN"),  # type: ignore[arg-type]
        ValueError,
        "status: 'OPEN' should be one of CANCELED, CREATED,",
    ),
    "items that are none": (
        lambda: order_created("ord_1", items=[{"product_id": "p"}]),  # type: ignore[list-item]
        TypeError,
        "items: {'product_id': 'p'} should be made by item()",
    ),
    "a time without a zone": (
        lambda: order_created("ord_1", at=datetime(2026, 1, 1)),  # noqa: DTZ001
        ValueError,
        "should have a time zone",
    ),
    "a time that is none": (
        lambda: order_created("ord_1", at="noon"),
        ValueError,
        "at: 'noon': not an ISO 8601 date and time",
    ),
    "a stack of one": (
        lambda: stack_succeeded("ord_1", percent_off(1)),
        ValueError,
        "a stack has two or more",
    ),
    "a rollback of nothing": (lambda: rollback_succeeded(PAID), ValueError, "redeems nothing"),
    "a refund of nothing": (
        lambda: payment_refunded(REDEEMED),
        ValueError,
        "has received no amount",
    ),
    "a refund of a failed payment": (
        lambda: payment_refunded(payment_failed("ord_1", 5)),
        ValueError,
        "of: payment.failed has received no amount that could be refunded",
    ),
    "a refund of a canceled payment": (
        lambda: payment_refunded(payment_canceled("ord_1", 5)),
        ValueError,
        "of: payment.canceled has received no amount that could be refunded",
    ),
    "a capture of a refund": (
        lambda: payment_captured(payment_refunded(PAID)),
        ValueError,
        "of: payment.refunded names no amount that could be captured",
    ),
    "a capture of a failed payment": (
        lambda: payment_captured(payment_failed("ord_1", 5)),
        ValueError,
        "of: payment.failed names no amount that could be captured",
    ),
    "a capture of nothing": (
        lambda: payment_captured(payment_failed("ord_1")),
        ValueError,
        "payment.failed names no amount that could be captured",
    ),
    "a payment of another order": (
        lambda: payment_succeeded("ord_2", 1, payment=PAID),
        ValueError,
        "payment.succeeded of ord_1 is not a payment of ord_2",
    ),
    "more taken off than there is": (
        lambda: redemption_succeeded("ord_1", items=MUGS, calculated=by_sender(2501)),
        ValueError,
        "calculated: 2501 off an order of 2500",
    ),
    "an item that is not there": (
        lambda: redemption_succeeded("ord_1", items=MUGS, calculated=by_sender(items={"cup": 1})),
        ValueError,
        "calculated: no item is called cup",
    ),
    "a card as a promotion": (lambda: promotion(gift_card(1)), ValueError, "gives discounts"),
    "targets of one unit of several": (
        lambda: units_off(unit_off(1, "prod_x", only=[product("p")]), unit_off(1, "prod_y")),
        ValueError,
        "units: prod_x has `only`, which units_off() takes for all of them",
    ),
    "exceptions of one unit of several": (
        lambda: units_off(unit_off(1, "prod_x", but=[product("p")])),
        ValueError,
        "units: prod_x has `but`, which units_off() takes for all of them",
    ),
    "a voucher of one unit of several": (
        lambda: units_off(unit_off(1, "prod_x", voucher="v_1")),
        ValueError,
        "units: prod_x has `voucher`, which units_off() takes for all of them",
    ),
    "a campaign of one unit of several": (
        lambda: units_off(unit_off(1, "prod_x", campaign="c_1")),
        ValueError,
        "units: prod_x has `campaign`, which units_off() takes for all of them",
    ),
    "what only the worker can see": (
        lambda: order_created("ord_1", metadata={"a": {"b\0": 1}}),
        ValueError,
        "order.created is not valid: data.order.metadata.a: a key must not hold a NUL",
    ),
    "what is not JSON": (
        lambda: order_created("ord_1", metadata={"at": object()}),
        TypeError,
        "order.created cannot be written as JSON: Type is not JSON serializable: object",
    ),
    "too many items": (
        lambda: order_created("ord_1", items=[item("prod_a")] * 501),
        ValueError,
        "data.order.items: more than 500 entries",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_named_in_the_error(name: str) -> None:
    call, kind, message = WRONG[name]
    with pytest.raises(kind) as raised:
        call()
    assert message in str(raised.value)
