"""Events built with `order_projector.testing`, as its users build them."""

from typing import Any

from order_projector.testing import (
    Event,
    amount_off,
    item,
    payment_succeeded,
    percent_off,
    project,
    redemption_succeeded,
    stack_in_parts,
    stack_succeeded,
)

MUGS = [item("prod_mug", 2, price=1250)]
PAID = payment_succeeded("ord_1", 2500)
REDEEMED = redemption_succeeded("ord_1", items=MUGS, voucher=percent_off(10))
STACK = stack_succeeded("ord_1", percent_off(10), amount_off(100), items=MUGS)
PARTS = stack_in_parts("ord_1", percent_off(10), amount_off(100), items=MUGS)


def order_of(*events: Event) -> Any:
    return project(events).order("ord_1")
