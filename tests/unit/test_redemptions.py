"""What a redemption's entry points to, and facts that come more than once (sections 3 to 5)."""

import pytest

from tests.support.events import Json, at, event_at, order_event, order_of, redeemed

ID = {"id": "ord_1"}
VOUCHER = {"id": "v_1", "code": "CODE", "campaign_id": "camp_1"}
TIER = {"id": "promo_1", "campaign": {"id": "camp_2"}}

RELATED: dict[str, tuple[Json, Json, Json]] = {
    "a-voucher-of-a-campaign": (
        {"voucher": VOUCHER},
        {},
        {"type": "voucher", "id": "v_1", "parent_id": "camp_1"},
    ),
    "a-voucher-of-no-campaign": (
        {"voucher": {"id": "v_1", "campaign_id": None}},
        {},
        {"type": "voucher", "id": "v_1"},
    ),
    "a-voucher-beside-the-redemption": (
        {},
        {"voucher": VOUCHER},
        {"type": "voucher", "id": "v_1", "parent_id": "camp_1"},
    ),
    "a-voucher-in-both": (
        {"voucher": VOUCHER},
        {"voucher": {"id": "v_2", "campaign_id": "camp_2"}},
        {"type": "voucher", "id": "v_1", "parent_id": "camp_1"},
    ),
    "another-voucher-beside-it-lends-no-campaign": (
        {"voucher": {"id": "v_1"}},
        {"voucher": {"id": "v_2", "campaign_id": "camp_2"}},
        {"type": "voucher", "id": "v_1"},
    ),
    "the-same-voucher-beside-it-lends-its-campaign": (
        {"voucher": {"id": "v_1"}},
        {"voucher": VOUCHER},
        {"type": "voucher", "id": "v_1", "parent_id": "camp_1"},
    ),
    "a-tier": (
        {"promotion_tier": TIER},
        {},
        {"type": "promotion_tier", "id": "promo_1", "parent_id": "camp_2"},
    ),
    "a-tier-in-the-redemption-before-a-voucher-in-the-data": (
        {"promotion_tier": TIER},
        {"voucher": VOUCHER},
        {"type": "promotion_tier", "id": "promo_1", "parent_id": "camp_2"},
    ),
    "a-tier-with-a-flat-campaign": (
        {"promotion_tier": {"id": "promo_1", "campaign_id": "camp_3"}},
        {},
        {"type": "promotion_tier", "id": "promo_1", "parent_id": "camp_3"},
    ),
    "as-the-redemption-says": (
        {
            "related_object_type": "voucher",
            "related_object_id": "v_9",
            "related_object_parent_id": "camp_9",
            "voucher": VOUCHER,
        },
        {},
        {"type": "voucher", "id": "v_9", "parent_id": "camp_9"},
    ),
    "the-campaign-of-what-the-redemption-names": (
        {
            "related_object_type": "promotion_tier",
            "related_object_id": "promo_1",
            "promotion_tier": TIER,
        },
        {},
        {"type": "promotion_tier", "id": "promo_1", "parent_id": "camp_2"},
    ),
    "nothing-known": ({}, {}, {}),
}


@pytest.mark.parametrize(("own", "data", "related"), RELATED.values(), ids=list(RELATED.keys()))
def test_an_entry_points_at_what_was_redeemed(own: Json, data: Json, related: Json) -> None:
    order = order_of(redeemed(1, "r_1", order=ID, own=own, **data))
    expected = {"date": at(1)} | {f"related_object_{key}": name for key, name in related.items()}
    assert order["redemptions"] == {"r_1": expected}


def test_the_same_redemption_twice_is_one_fact() -> None:
    order = {"id": "ord_1", "amount": 1000, "total_amount": 900, "applied_discount_amount": 100}
    once = redeemed(1, "r_1", order=order)
    assert order_of(once, once, once) == order_of(once)
    again = {**once, "id": "evt_again"}
    assert order_of(once, again)["total_amount"] == 900


@pytest.mark.parametrize(
    ("first", "second", "wins"),
    [
        pytest.param((1, "evt_z"), (2, "evt_a"), "second", id="the-later-envelope"),
        pytest.param((2, "evt_a"), (1, "evt_z"), "first", id="however-they-arrive"),
        pytest.param((1, "evt_a"), (1, "evt_b"), "second", id="the-greater-id-of-one-time"),
    ],
)
def test_where_two_copies_differ_the_greater_envelope_wins(
    first: tuple[int, str], second: tuple[int, str], wins: str
) -> None:
    copies = {}
    for word, (minute, name), applied in (("first", first, 100), ("second", second, 300)):
        order = {
            "id": "ord_1",
            "amount": 1000,
            "total_amount": 1000 - applied,
            "applied_discount_amount": applied,
            "metadata": {word: True},
        }
        own = {"id": "r_1", "date": at(9 if word == "first" else 0)}
        data = {"order": order, "redemption": own}
        copies[word] = event_at(minute, "redemption.succeeded", data, name)
    assert order_of(*copies.values()) == order_of(copies[wins])


def test_ids_are_shared_by_facts_of_different_kinds_without_harm() -> None:
    payment = {"id": "x", "order_id": "ord_1", "amount": 1000}
    order = order_of(
        event_at(1, "redemption.succeeded", {"order": ID, "redemption": {"id": "x"}}, "x"),
        event_at(2, "payment.succeeded", {"payment": payment}, "y"),
        event_at(
            3, "payment.refunded", {"payment": payment, "refund": {"id": "x", "amount": 1}}, "z"
        ),
        event_at(4, "order.updated", {"order": {"id": "ord_1", "metadata": {"a": 1}}}, "x2"),
    )
    assert list(order["redemptions"]) == list(order["payments"]) == ["x"]
    assert order["payments"]["x"]["refunded_amount"] == 1
    assert order["metadata"] == {"a": 1}


def test_redemptions_stand_in_the_sequence_of_the_timeline() -> None:
    events = [redeemed(minute, name, order=ID) for minute, name in ((3, "a"), (1, "c"), (2, "b"))]
    assert list(order_of(*events)["redemptions"]) == ["c", "b", "a"]


def test_a_redemption_without_a_date_of_its_own_happened_when_its_event_was_made() -> None:
    event = event_at(7, "redemption.succeeded", {"order": ID, "redemption": {"id": "r_1"}})
    assert order_of(event)["redemptions"] == {"r_1": {"date": at(7)}}


def test_redemptions_is_there_only_when_there_is_one() -> None:
    assert "redemptions" not in order_of(order_event(1, redemptions={"r_9": {"date": at(1)}}))


def test_what_stands_beside_the_only_redemption_of_a_whole_request_was_redeemed() -> None:
    voucher = VOUCHER | {"discount": {"type": "AMOUNT", "amount_off": 300}}
    data = {
        "redemptions": [{"id": "r_1", "date": at(1)}],
        "order": ID | {"amount": 1000},
        "voucher": voucher,
    }
    order = order_of(event_at(1, "redemption.succeeded", data))
    assert order["total_amount"] == 700
    assert order["redemptions"]["r_1"]["related_object_id"] == "v_1"
