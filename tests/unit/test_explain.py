"""The explanation of an order: where each of its numbers comes from."""

import pytest

from order_projector.domain.explanation import Explanation
from order_projector.domain.ledger import Account, RunningTotals
from tests.support.events import Json, event_at, order_event, redeemed, rolled_back
from tests.support.explained import EVENTS, ORDER, TEN_PERCENT, explained, titles, voucher


def flags(explanation: Explanation, step: int) -> list[tuple[str, str]]:
    """Return the flags of one step: their codes and what they are about."""
    return [(flag.code.value, flag.about) for flag in explanation.entries[step].flags]


def test_each_event_has_a_chapter_on_the_timeline_with_a_headline() -> None:
    assert titles(*reversed(EVENTS)) == [
        "the order's own details",
        "redemption r_1 of voucher v_1 (PERCENT 10 % APPLY_TO_ORDER)",
        "redemption r_2 of voucher v_1 (UNIT 1 x prod_cap ADD_NEW_ITEMS)",
        "rollback rr_1 of r_1",
        "redemption r_3 of voucher v_1 (MAGIC)",
        "payment pay_1 succeeded: 3100",
    ]


def test_a_ledger_line_names_event_redemption_rule_level_and_delta() -> None:
    lines = [
        (line.event_id, line.redemption_id, line.account, line.item, line.quantity, line.cents)
        for entry in explained(*EVENTS).entries
        for line in entry.ledger
    ]
    assert lines == [
        ("evt_000", None, Account.AMOUNT, "prod_mug", 2, 2000),
        ("evt_000", None, Account.AMOUNT, "prod_tea", 1, 1100),
        ("evt_001", "r_1", Account.DISCOUNT, None, 0, 310),
        ("evt_002", "r_2", Account.AMOUNT, "prod_cap", 1, 500),
        ("evt_002", "r_2", Account.DISCOUNT, "prod_cap", 0, 500),
        ("evt_003", "r_1", Account.DISCOUNT, None, 0, -310),
    ]


def test_each_ledger_line_carries_the_totals_after_it() -> None:
    running = [
        (line.running.amount, line.running.discount, line.running.total)
        for entry in explained(*EVENTS).entries
        for line in entry.ledger
    ]
    assert running == [
        (2000, 0, 2000),
        (3100, 0, 3100),
        (3100, 310, 2790),
        (3600, 310, 3290),
        (3600, 810, 2790),
        (3600, 500, 3100),
    ]


def test_a_chapter_shows_what_each_field_was_before_and_after() -> None:
    rollback = explained(*EVENTS).entries[3]
    changes = {change.path: (change.before, change.after) for change in rollback.changes}
    assert changes == {
        "updated_at": ("2026-03-01T12:02:00.000Z", "2026-03-01T12:03:00.000Z"),
        "discount_amount": (310, "(absent)"),
        "total_discount_amount": (810, 500),
        "total_amount": (2790, 3100),
        "redemptions.r_1.rollback_id": ("(absent)", "rr_1"),
        "redemptions.r_1.rollback_date": ("(absent)", "2026-03-01T12:03:00.000Z"),
    }


def test_an_invalid_discount_applies_nothing_says_why_and_keeps_its_entry() -> None:
    explanation = explained(*EVENTS)
    assert flags(explanation, 4) == [("discount_without_effect", "r_3")]
    (flag,) = explanation.flags
    assert "discount.type 'MAGIC' is unknown" in flag.message
    assert explanation.entries[4].ledger == ()
    assert "r_3" in explanation.order["redemptions"]


def test_an_amount_that_the_sender_got_wrong_is_flagged() -> None:
    items = [{"product_id": "p", "quantity": 1, "amount": 3300}]
    explanation = explained(
        redeemed(
            0,
            "r_1",
            order={
                **ORDER,
                "items": items,
                "amount": 3000,
                "total_amount": 2900,
                "applied_discount_amount": 200,
            },
        )
    )
    assert flags(explanation, 0) == [("amounts_do_not_add_up", "ord_1")]
    assert explanation.remarks(explanation.entries[0]) == [
        "the sender's total_amount after r_1 is 2900, its parts make 2800 here"
    ]


def test_a_late_event_is_flagged() -> None:
    late = explained(EVENTS[0], EVENTS[2], EVENTS[1]).entries[1]
    assert late.remarks == ("late: evt_001 arrived after an event that stands later",)


def test_a_discount_without_effect_is_flagged() -> None:
    free = voucher(type="AMOUNT", amount_off=0, effect="APPLY_TO_ORDER")
    explanation = explained(EVENTS[0], redeemed(1, "r_1", order=ORDER, voucher=free))
    assert explanation.entries[1].flags == ()
    assert explanation.entries[1].remarks == ("r_1 had no effect",)


@pytest.mark.parametrize(
    ("value", "raised"),
    [
        ({"amount_off": 5000}, [("discount_cut", "r_1")]),
        ({"amount_off": 3100}, []),
        ({"amount_off": 900, "aggregated_amount_limit": 400}, []),
    ],
)
def test_a_discount_that_was_cut_has_its_flag_at_its_step(
    value: Json, raised: list[tuple[str, str]]
) -> None:
    given = voucher(type="AMOUNT", **value)
    explanation = explained(EVENTS[0], redeemed(1, "r_1", order=ORDER, voucher=given))
    assert flags(explanation, 1) == raised


def test_a_flag_of_one_redemption_of_an_event_stands_at_the_step_of_that_redemption() -> None:
    both = [
        {"id": "r_1", "voucher": TEN_PERCENT},
        {"id": "r_2", "voucher": voucher(type="MAGIC")},
    ]
    data = {"order": ORDER, "redemptions": both}
    explanation = explained(EVENTS[0], event_at(1, "redemption.succeeded", data))
    assert [flags(explanation, step) for step in (0, 1, 2)] == [
        [],
        [],
        [("discount_without_effect", "r_2")],
    ]


def test_a_rollback_of_an_unknown_redemption_has_its_flag_at_its_step() -> None:
    explanation = explained(EVENTS[0], rolled_back(1, "rr_1", "r_9"))
    assert flags(explanation, 1) == [("unknown_redemption", "r_9")]


def test_a_restatement_of_what_is_carried_is_one_line_of_what_it_changes() -> None:
    def stated(minute: int, off: int) -> Json:
        items = [{"product_id": "mug", "quantity": 2, "price": 1000}]
        sums: Json = {"amount": 2000, "discount_amount": off, "total_amount": 2000 - off}
        return order_event(minute, items=items, **sums)

    explanation = explained(stated(0, 300), stated(1, 300), stated(2, 500))
    carried = [
        [(line.rule, line.account, line.item, line.cents) for line in entry.ledger]
        for entry in explanation.entries[1:]
    ]
    assert carried == [[], [("carried from before", Account.DISCOUNT, None, 200)]]
    assert explanation.entries[2].ledger[0].running == RunningTotals(2000, 500, 1500)
    assert explanation.holds


def test_the_sum_of_the_ledger_is_the_order() -> None:
    checks = {check.account: (check.summed, check.stated) for check in explained(*EVENTS).checks}
    assert checks == {
        "units": (4, 4),
        "amount": (3600, 3600),
        "items_discount_amount": (500, 500),
        "discount_amount": (0, 0),
        "total_amount": (3100, 3100),
    }


def test_two_lines_never_share_a_name_in_the_ledger() -> None:
    items = [
        {"product_id": "a", "quantity": 1, "price": 5},
        {"product_id": "a", "quantity": 2, "price": 7},
        {"product_id": "a #2", "quantity": 3, "price": 11},
    ]
    explanation = explained(order_event(0, "created", items=items))
    (entry,) = explanation.entries
    assert [line.item for line in entry.ledger] == ["a", "a #2", "a #2 #2"]
    assert explanation.holds


def test_discounts_of_lines_beyond_the_amount_are_a_line_of_the_ledger() -> None:
    items = [{"product_id": "a", "price": 3300, "applied_discount_amount": 3300}]
    given = {**ORDER, "amount": 3000, "total_amount": 0, "items": items}
    explanation = explained(redeemed(1, "r_1", order=given))
    (entry,) = explanation.entries
    capped = [line.cents for line in entry.ledger if line.account is Account.CAPPED]
    assert capped == [300]
    assert explanation.holds
