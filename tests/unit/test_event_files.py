"""Files of events, as other tools write them."""

import json
from pathlib import Path

import pytest

from tests.support.commands import invoke
from tests.support.events import event_at

MARK = "\ufeff"
EVENT = json.dumps(event_at(1, "order.created", {"order": {"id": "ord_1", "amount": 100}}))


@pytest.mark.parametrize("before", [MARK, f"{MARK}\r\n", f"{MARK} "])
def test_a_byte_order_mark_at_the_start_of_a_file_is_passed_over(
    before: str, tmp_path: Path
) -> None:
    (tmp_path / "events.jsonl").write_text(f"{before}{EVENT}\r\n", "utf-8")

    ended = invoke(("project", "events.jsonl"), tmp_path)

    assert (ended.exit_code, json.loads(ended.stdout)["id"]) == (0, "ord_1")


def test_a_byte_order_mark_at_the_start_of_standard_input_is_passed_over(tmp_path: Path) -> None:
    ended = invoke(("project",), tmp_path, stdin=f"{MARK}{EVENT}")

    assert (ended.exit_code, json.loads(ended.stdout)["id"]) == (0, "ord_1")


def test_a_second_mark_and_one_further_on_belong_to_their_line_which_is_no_json(
    tmp_path: Path,
) -> None:
    (tmp_path / "events.jsonl").write_text(f"{MARK}{MARK}{EVENT}\n{MARK}{EVENT}\n", "utf-8")

    ended = invoke(("project", "events.jsonl"), tmp_path)

    assert ended.exit_code == 1
    assert [line.split(": ")[:2] for line in ended.stderr.splitlines()[:2]] == [
        ["events.jsonl:1", "invalid_json"],
        ["events.jsonl:2", "invalid_json"],
    ]
