"""The document of a long order is updated, where that leaves what a replacement would leave."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from order_projector.projection.document import STATE_KEY, compose
from order_projector.projection.partial_update import LARGE, partial_update
from order_projector.projection.ports import OrderWrite
from tests.support.long_order import long_writes
from tests.support.updating import updated

BASE, WRITE = islice(long_writes(), 2)
NEW = "pay_501"


def then(**order: Any) -> OrderWrite:
    """Return the write of an order that is also served otherwise."""
    return replace(WRITE, order={**WRITE.order, **order})


def payments(*names: str) -> Mapping[str, Any]:
    """Return the payments before the write, and new ones with these names."""
    known: dict[str, Any] = BASE.order["payments"]
    return known | dict.fromkeys(names, WRITE.order["payments"][NEW])


def changed(write: OrderWrite) -> set[str]:
    """Return the paths of the served fields that an update sets; check what it leaves."""
    update = partial_update(write)
    assert update is not None
    assert updated(compose(BASE), update) == compose(write)
    return {path for path in update["$set"] if not path.startswith(STATE_KEY)}


def test_of_many_payments_the_new_one_is_sent_and_no_checkpoint() -> None:
    update = partial_update(WRITE)

    assert update is not None
    assert changed(WRITE) == {"updated_at", f"payments.{NEW}"}
    assert f"{STATE_KEY}.checkpoint" not in update["$set"]
    assert update["$push"] == {f"{STATE_KEY}.payments": {"$each": [NEW]}}


def test_a_payment_that_is_served_otherwise_is_sent() -> None:
    failed = {"date": "2026-03-01T12:00:00.000Z", "status": "FAILED"}
    other = {**payments(NEW), "pay_7": failed}

    assert changed(then(payments=other)) == {"updated_at", f"payments.{NEW}", "payments.pay_7"}


def test_any_other_field_is_sent_whole() -> None:
    order = then(metadata={"a.b": 1, "$c": 2}).order

    assert "metadata" in changed(replace(WRITE, order=order))


@pytest.mark.parametrize(
    "order",
    [
        {"redemptions": {"r_1": {"date": "2026-03-01T12:00:00.000Z"}}},
        {"payments": payments("pay_502", "pay_501")},
        {"payments": {NEW: {}} | dict(payments())},
        {"payments": {"pay_1": {}}},
        {"payments": payments("pay.502")},
        {"payments": payments("$pay")},
        {"payments": payments("502")},
        {"payments": payments("")},
    ],
    ids=[
        "a new field",
        "two new payments, which a server would sort",
        "a new payment before the others",
        "payments that are gone",
        "a dot in an id",
        "a dollar in an id",
        "a number as an id",
        "no characters in an id",
    ],
)
def test_what_an_update_cannot_express_is_replaced(order: dict[str, Any]) -> None:
    assert partial_update(then(**order)) is None


def test_a_field_that_is_gone_or_stands_elsewhere_is_replaced() -> None:
    fewer = {name: it for name, it in WRITE.order.items() if name != "metadata"}

    assert partial_update(replace(WRITE, order=fewer)) is None
    assert partial_update(replace(WRITE, order={**fewer, "metadata": {}})) is None


def test_only_a_state_that_this_process_has_written_is_updated() -> None:
    assert WRITE.base is not None
    assert partial_update(replace(WRITE, base=None)) is None
    assert partial_update(replace(WRITE, base=replace(WRITE.base, live=None))) is None


def test_another_checkpoint_or_a_small_one_is_written_whole() -> None:
    checkpoint = WRITE.state.checkpoint
    assert checkpoint is not None
    assert len(checkpoint.state) >= LARGE
    covering = replace(WRITE.state, checkpoint=replace(checkpoint, covers=checkpoint.covers + 1))

    assert partial_update(replace(WRITE, state=covering)) is None
    assert partial_update(replace(WRITE, state=replace(WRITE.state, checkpoint=None))) is None
    assert partial_update(WRITE, large=len(checkpoint.state) + 1) is None


def test_a_mark_comes_and_goes_with_a_replacement() -> None:
    assert WRITE.base is not None
    marked = replace(WRITE.base, refold=True)

    assert partial_update(replace(WRITE, base=marked)) is None
    assert partial_update(replace(WRITE, state=replace(WRITE.state, refold=True))) is None


def test_the_ids_of_a_stack_s_children_are_sent_in_their_place() -> None:
    """The children of all stacks follow the redemptions, so a new redemption comes before them."""
    stack = {"r_1": {"date": "2026-03-01T12:00:00.000Z", "stacked": ["c_1"]}}
    more = stack | {"r_2": {"date": "2026-03-01T12:01:00.000Z"}}
    assert WRITE.base is not None
    live = WRITE.base.live
    assert live is not None
    base = replace(BASE, order={**BASE.order, "redemptions": stack})
    served = replace(live, served=dict(base.order))
    write = replace(then(redemptions=more), base=replace(WRITE.base, live=served))
    write = replace(write, order={**base.order, "redemptions": more})

    update = partial_update(write)

    assert update is not None
    assert update["$set"][f"{STATE_KEY}.redemptions"] == ["r_1", "r_2", "c_1"]
    assert updated(compose(base), update) == compose(write)
