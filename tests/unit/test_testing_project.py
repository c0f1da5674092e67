"""`project` of `order_projector.testing`: what the worker makes of events, without a server."""

import asyncio
from dataclasses import replace

import pytest

from order_projector.testing import (
    Flag,
    Latest,
    Update,
    binary_cloud_event,
    item,
    order_created,
    payment_succeeded,
    percent_off,
    project,
    redemption_failed,
    redemption_succeeded,
)

CREATED = order_created("ord_1", items=[item("prod_mug", 2, price=1250)])
REDEEMED = redemption_succeeded("ord_1", voucher=percent_off(10))
PAID = payment_succeeded("ord_1", 2250)


def test_orders_are_as_they_are_served() -> None:
    assert project([order_created("ord_1"), order_created("ord_0")]).orders == {
        name: {
            "id": name,
            "source_id": None,
            "created_at": "2026-03-01T12:00:00.000Z",
            "updated_at": None,
            "status": "CREATED",
            "metadata": {},
            "customer_id": None,
            "referrer_id": None,
            "object": "order",
        }
        for name in ("ord_0", "ord_1")
    }


def test_the_sequence_makes_no_difference_to_the_order() -> None:
    there = project([CREATED, REDEEMED, PAID]).order("ord_1")
    back = project([PAID, REDEEMED, CREATED, PAID]).order("ord_1")
    assert there == back
    assert (there["status"], there["total_amount"]) == ("PAID", 2250)


def test_every_event_that_changes_an_order_makes_an_update() -> None:
    updates = project([CREATED, REDEEMED, REDEEMED, PAID]).updates
    assert [(each.id, each.causes) for each in updates] == [
        ("ord_1:1", (CREATED.id,)),
        ("ord_1:2", (REDEEMED.id,)),
        ("ord_1:3", (PAID.id,)),
    ]
    assert updates[1].changes == (
        "updated_at",
        "discount_amount",
        "total_discount_amount",
        "total_amount",
        "redemptions",
    )
    assert updates[2].order["status"] == "PAID"


def test_what_can_never_succeed_is_a_dead_letter() -> None:
    projected = project([b"{", PAID, {"id": "e", "type": "order.paid", "created_at": "2026-03-01"}])
    assert [(letter.code, letter.value) for letter in projected.dead_letters] == [
        ("invalid_json", b"{"),
        ("invalid_envelope", b'{"id":"e","type":"order.paid","created_at":"2026-03-01"}'),
    ]
    assert list(projected.orders) == ["ord_1"]


def test_events_without_effect_are_counted_by_their_type_or_by_the_reason() -> None:
    foreign = {**CREATED.envelope, "id": "e", "type": "voucher.created"}
    failed = redemption_failed("ord_1")
    assert project([CREATED, CREATED, foreign, failed, failed]).skipped == {
        "duplicate": 1,
        "foreign": 1,
        "redemption.failed": 2,
    }


def test_an_order_of_which_nothing_was_noticed_has_no_flags() -> None:
    projected = project([CREATED, REDEEMED])
    assert projected.flags == {}
    assert [update.flags for update in projected.updates] == [(), ()]


def test_the_flags_of_an_update_are_read_and_written() -> None:
    flag = Flag("discount_cut", REDEEMED.id, "r_1", "Only 5 were left.")
    update = replace(project([CREATED]).updates[0], flags=(flag,))
    assert b'"flags":[{"code":"discount_cut","event":' in (update.value or b"")
    assert Update.read(update.value) == update


def test_events_come_as_builders_make_them_in_any_envelope_or_as_json() -> None:
    expected = project([CREATED]).orders
    for form in (CREATED.envelope, CREATED.value, CREATED.value.decode()):
        assert project([form]).orders == expected
    assert project([binary_cloud_event(CREATED)]).orders == expected


def test_an_order_that_is_not_there_is_explained() -> None:
    with pytest.raises(LookupError) as raised:
        project([PAID, b"{}"]).order("ord_2")
    assert str(raised.value) == (
        "no order 'ord_2'; orders: ord_1; dead letters: invalid_envelope: type: missing"
    )


async def test_it_can_be_called_while_an_event_loop_runs() -> None:
    assert asyncio.get_running_loop().is_running()
    assert list(project([PAID]).orders) == ["ord_1"]


def test_an_update_reads_what_another_has_written() -> None:
    update = project([CREATED, REDEEMED]).updates[-1]
    assert Update.read(update.value, update.headers) == update
    assert Update.read(update.value) == update
    assert (update.key, dict(update.headers)["ce_id"]) == (b"ord_1", b"ord_1:2")


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (None, ()),
        (b"[]", ()),
        (b'{"order": {"id": "ord_1"}}', ()),
        (project([CREATED]).updates[0].value, (("ce_type", b"order.created"),)),
    ],
)
def test_something_else_is_not_read_as_an_update(
    value: bytes | None, headers: tuple[tuple[str, bytes], ...]
) -> None:
    with pytest.raises(ValueError, match=r"order\.updated"):
        Update.read(value, headers)


def test_the_highest_revision_wins_and_repeats_are_ignored() -> None:
    first, second, third = project([CREATED, REDEEMED, PAID]).updates
    latest = Latest()
    assert [latest.take(update) for update in (first, third, second, third)] == [
        True,
        True,
        False,
        False,
    ]
    assert dict(latest) == {"ord_1": third}
