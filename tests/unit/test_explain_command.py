"""`order-projector explain`, as typed: its text, its JSON and its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from order_projector.cli import app
from order_projector.domain.source_ids import order_id_from
from tests.support.events import event_at, order_event, paid, redeemed, to_json
from tests.support.explained import EVENTS, ORDER, voucher
from tests.support.pages import ROOT


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
    """Return the members that a table names."""
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


def test_an_order_that_no_event_tells_of_ends_with_exit_code_1(file: Path) -> None:
    assert run("ord_9", "--from", str(file)) == (
        1,
        "order-projector: no event mentions order 'ord_9'\n",
    )


def test_an_order_of_the_past_has_no_source_id_that_it_was_given_later(tmp_path: Path) -> None:
    """As over HTTP, what an event claimed counts from that event on."""
    file = tmp_path / "events.jsonl"
    claim = paid(9, 200, name="pay_2")
    claim["data"]["payment"]["order_source_id"] = "shop-1"
    file.write_bytes(b"\n".join(map(to_json, [paid(1, 100), claim])))

    def source_id(*arguments: str) -> object:
        status, output = run(str(file), "shop-1", "--json", *arguments)
        assert status == 0
        return json.loads(output)["order"]["source_id"]

    assert source_id() == "shop-1"
    assert source_id("--at", "2026-03-01T12:05:00Z") is None


def test_a_source_id_that_is_only_a_detail_of_an_order_leads_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    derived = order_id_from("shop-1")
    names = {"id": derived, "source_id": "shop-2"}
    file.write_bytes(to_json(event_at(1, "order.created", {"order": names})))

    assert run(str(file), derived)[0] == 0
    assert run(str(file), "shop-2") == (1, "order-projector: no event mentions order 'shop-2'\n")
