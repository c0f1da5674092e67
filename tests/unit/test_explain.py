"""`order-projector explain`: where each number of an order comes from."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from order_projector.cli import app
from order_projector.domain.explanation import Explanation, explain
from order_projector.domain.facts import Fact
from order_projector.domain.ledger import Account, RunningTotals
from order_projector.projection import codec
from tests.support.events import (
    Json,
    accepted,
    event_at,
    order_event,
    paid,
    redeemed,
    rolled_back,
    to_json,
)
from tests.support.pages import ROOT

MUGS = {"product_id": "prod_mug", "quantity": 2, "price": 1000}
TEA = {"product_id": "prod_tea", "quantity": 1, "price": 1100}
ORDER = {"id": "ord_1"}


def voucher(**discount: object) -> Json:
    return {"id": "v_1", "discount": discount}


TEN_PERCENT = voucher(type="PERCENT", percent_off=10, effect="APPLY_TO_ORDER")
FREE_CAP = voucher(
    type="UNIT",
    effect="ADD_NEW_ITEMS",
    unit_off=1,
    unit_type="prod_cap",
    product={"id": "prod_cap", "price": 500},
)

EVENTS = [
    order_event(0, "created", items=[MUGS, TEA]),
    redeemed(1, "r_1", order=ORDER, voucher=TEN_PERCENT),
    redeemed(2, "r_2", order=ORDER, voucher=FREE_CAP),
    rolled_back(3, "rr_1", "r_1"),
    redeemed(4, "r_3", order=ORDER, voucher=voucher(type="MAGIC")),
    paid(5, 3100),
]


def explained(*events: Json) -> Explanation:
    facts: dict[str, Fact] = {}
    for event in events:
        facts |= codec.merge(facts.get, accepted(event).facts)
    return explain("ord_1", facts)


def titles(*events: Json) -> list[str]:
    """What the text and the JSON call each step."""
    explanation = explained(*events)
    return [explanation.title(entry) for entry in explanation.entries]


def flags(explanation: Explanation, step: int) -> list[tuple[str, str]]:
    """The flags of one step: their codes, and what they are about."""
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


@pytest.mark.parametrize(
    ("discount", "entries", "said"),
    [
        (
            {"type": "FIXED", "effect": "APPLY_TO_ITEMS"},
            [{"object": "sku", "id": "sku_64", "price": 50000, "quantity_limit": 1}],
            "FIXED APPLY_TO_ITEMS on sku_64 for 50000 up to 1 units a line",
        ),
        (
            {"type": "PERCENT", "percent_off": 12.5, "amount_limit": 900},
            [{"id": "a"}, {"source_id": "b"}, {"id": "c"}, {"id": "d"}],
            "PERCENT 12.5 % on a, b, c and 1 more up to 900",
        ),
        (
            {"type": "AMOUNT", "amount_off": 5, "aggregated_amount_limit": 70},
            [{"id": "a", "aggregated_quantity_limit": 2, "amount_limit": 6}],
            "AMOUNT 5 on a up to 2 units up to 6 a line up to 70 in all",
        ),
    ],
)
def test_a_headline_names_the_products_and_the_limits(
    discount: Json, entries: list[Json], said: str
) -> None:
    beside = {"voucher": voucher(**discount), "applicable_to": {"data": entries}}
    explanation = explained(EVENTS[0], redeemed(1, "r_1", order=ORDER, **beside))
    assert explanation.title(explanation.entries[1]) == f"redemption r_1 of voucher v_1 ({said})"
    beside["inapplicable_to"] = {"data": [{"id": "z"}]}
    explanation = explained(EVENTS[0], redeemed(1, "r_1", order=ORDER, **beside))
    assert " not on z" in explanation.title(explanation.entries[1])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("SUMMER10", "redemption r_1 of voucher v_1, code SUMMER10 (no discount definition)"),
        (7, "redemption r_1 of voucher v_1 (no discount definition)"),
        ("x" * 257, "redemption r_1 of voucher v_1 (no discount definition)"),
    ],
)
def test_a_headline_names_the_code_of_the_voucher(code: object, said: str) -> None:
    beside = {"voucher": {"id": "v_1", "code": code}}
    assert titles(redeemed(1, "r_1", order=ORDER, **beside)) == [said]


def test_a_headline_tells_what_points_are_worth() -> None:
    coin = {"parameters": {"coin": {"exchange_ratio": 20, "points_ratio": 100}}}
    card = {"voucher": {"id": "v_1", "type": "LOYALTY_CARD"}, "own": {"amount": 3}}
    assert [
        *titles(redeemed(1, "r_1", order=ORDER, **card)),
        *titles(redeemed(1, "r_1", order=ORDER, **card, reward=coin)),
    ] == [
        "redemption r_1 of voucher v_1 (loyalty points 3)",
        "redemption r_1 of voucher v_1 (loyalty points 3, 20 for 100)",
    ]


def test_the_sum_of_the_ledger_is_the_order() -> None:
    checks = {check.account: (check.summed, check.stated) for check in explained(*EVENTS).checks}
    assert checks == {
        "units": (4, 4),
        "amount": (3600, 3600),
        "items_discount_amount": (500, 500),
        "discount_amount": (0, 0),
        "total_amount": (3100, 3100),
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(map(to_json, [*EVENTS, EVENTS[1], {"id": "not an event"}])))
    return path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["explain", *arguments], env={"COLUMNS": "120"})
    return result.exit_code, result.output


def test_the_command_ends_with_the_proof_and_exit_code_0(file: Path) -> None:
    status, output = run("ord_1", "--from", str(file))
    assert status == 0
    assert output.rstrip().endswith(
        "Proven: every unit and every cent of the order is accounted for."
    )
    assert "duplicate: evt_001 was seen 2 times" in output


def test_the_command_prints_json_for_machines(file: Path) -> None:
    status, output = run("ord_1", "--from", str(file), "--json")
    explanation = json.loads(output)
    assert status == 0
    assert explanation["holds"] is True
    assert [entry["at"] for entry in explanation["chapters"]][:2] == [
        "2026-03-01T12:00:00.000Z",
        "2026-03-01T12:01:00.000Z",
    ]
    assert explanation["order"]["total_amount"] == 3100


def test_the_json_has_the_members_that_its_page_lists(file: Path) -> None:
    _, output = run("ord_1", "--from", str(file), "--json")
    explanation = json.loads(output)
    page = (ROOT / "docs" / "reference" / "explain.md").read_text()
    _, whole, chapter, _ = page.split("|---|---|\n")
    assert list(explanation) == listed(whole)
    assert [list(each) for each in explanation["chapters"]] == [listed(chapter)] * 6


def listed(table: str) -> list[str]:
    """The members that a table names."""
    return [row.split("`")[1] for row in table.splitlines() if row.startswith("| `")]


def test_the_command_shows_arithmetic_names_money_status_and_flags(tmp_path: Path) -> None:
    named = {"quantity": 1, "product": {"id": "prod_tea", "name": "Green tea", "price": 2318}}
    off = voucher(type="PERCENT", percent_off=12.5, amount_limit=200, effect="APPLY_TO_ITEMS")
    events = [
        order_event(0, "created", items=[named]),
        redeemed(1, "r_1", order=ORDER, voucher=off),
        redeemed(2, "r_2", order=ORDER, voucher=voucher(type="MAGIC")),
        paid(3, 2118, currency="usd"),
    ]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(map(to_json, events)))
    status, output = run("ord_1", "--from", str(path))
    assert status == 0
    for line in (
        "Green tea (prod_tea)  +1  amount  +23.18 (+2318)  total  23.18 (2318)",
        "1 x 23.18 = 23.18",
        "PERCENT APPLY_TO_ITEMS, redemption r_1",
        "12.5 % of 23.18 = 2.8975 -> 2.90, capped at 2.00",
        "! discount_without_effect of r_2: ",
        "money kept +21.18 (+2118), now 21.18 (2118)",
        "status CREATED -> PAID: 21.18 USD (2118) is kept and covers the total of 21.18 USD (2118)",
        "21.18 USD (2118) is kept: the total, neither more nor less.",
        "discount_without_effect  r_2    3 ",
    ):
        assert line in output


def test_an_order_that_no_event_tells_of_ends_with_exit_code_2(file: Path) -> None:
    assert run("ord_9", "--from", str(file)) == (
        2,
        "order-projector: no event mentions order 'ord_9'\n",
    )


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
