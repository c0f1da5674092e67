"""The commands show a producer's text escaped and bounded, on any terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from order_projector.worker.page import documentation
from order_projector.worker.schema import Document
from tests.support.commands import invoke
from tests.support.events import order_event, paid, to_json

HOSTILE = "\x1b]0;x\x07\x9b2J\u202e\u2028[bold][/]"


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Write a file with events full of hostile text, some of them invalid."""
    order = order_event(0, "created", metadata={HOSTILE: HOSTILE}, status=HOSTILE)
    bad: Any = paid(1, 5) | {"type": HOSTILE * 50}
    file = tmp_path / "events.jsonl"
    good = order_event(0, "created", metadata={HOSTILE: HOSTILE})
    nameless = order_event(1, "created", metadata={"x" * 60_000: HOSTILE}, items=HOSTILE * 5_000)
    file.write_bytes(b"\n".join(map(to_json, (good, order, bad, nameless, {HOSTILE: 1}))))
    return file


def without_breaks(text: str) -> str:
    return text.replace("\n", "")


def test_project_prints_json_in_which_nothing_is_left_for_a_terminal_to_obey(
    events: Path, tmp_path: Path
) -> None:
    done = invoke(["project", str(events)], tmp_path)
    (order,) = map(json.loads, done.stdout.split("\n")[:-1])
    assert order["metadata"] == {HOSTILE: HOSTILE}
    assert without_breaks(done.stdout).isprintable()


def test_project_tells_of_each_bad_line_in_one_bounded_harmless_line(
    events: Path, tmp_path: Path
) -> None:
    done = invoke(["project", str(events)], tmp_path)
    *lines, total = done.stderr.splitlines()
    assert done.exit_code == 1
    assert lines
    assert total == "total: 5 events, 1 applied, 1 skipped (1 foreign), 3 dead letters, 0 flags"
    assert all(line.startswith(f"{events}:") and line.isprintable() for line in lines)
    assert max(map(len, lines)) <= len(str(events)) + 1_100


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_explain_shows_hostile_text_escaped(
    options: list[str], events: Path, tmp_path: Path
) -> None:
    done = invoke(["explain", "ord_1", "--from", str(events), *options], tmp_path)
    assert done.exit_code == 0, done.stderr
    assert "[bold][/]" in done.stdout
    assert without_breaks(done.stdout).isprintable()


@pytest.mark.parametrize(
    "terminal", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}]
)
def test_explain_works_on_a_terminal_that_has_ascii_alone(
    terminal: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    foreign = {"gr\u00f6\u00dfe": "\u6ce8\u6587"}
    file.write_bytes(to_json(order_event(0, "created", metadata=foreign)))
    done = subprocess.run(
        [sys.executable, "-m", "order_projector", "explain", "ord_1", "--from", str(file)],
        env={**os.environ, **terminal},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if "PYTHONIOENCODING" in terminal:
        assert done.stdout.isascii()
        assert "gr\\xf6\\xdfe" in done.stdout
        assert "+-" in done.stdout


def test_an_order_id_that_is_not_known_is_told_bounded_and_escaped(
    events: Path, tmp_path: Path
) -> None:
    done = invoke(["explain", HOSTILE + "x" * 50_000, "--from", str(events)], tmp_path)
    assert done.exit_code == 1
    assert len(done.stderr) <= 4_100
    assert without_breaks(done.stderr).isprintable()


def test_what_can_be_no_order_s_id_is_not_asked_for(tmp_path: Path) -> None:
    for no_id in ("\udcff", "", "x" * 257):
        done = invoke(["explain", no_id], tmp_path)
        assert done.exit_code == 1
        assert done.stderr.startswith("order-projector: no event mentions order '")
        assert without_breaks(done.stderr).isprintable()


def test_settings_are_shown_as_they_are_and_not_as_markup(tmp_path: Path) -> None:
    done = invoke(["settings"], tmp_path, ORDERS_CONSUMER_GROUP="[red]group[/]")
    assert done.exit_code == 0
    assert "[red]group[/]" in done.stdout


def test_the_page_of_the_messages_loads_nothing_and_shows_all_text_as_text() -> None:
    document: dict[str, Any] = {
        "info": {"title": "t", "version": "1", "description": "<script src=//x></script>"},
        "operations": {
            "receive.a": {"messages": [{"$ref": "#/channels/a/messages/kind~1of"}]},
        },
        "components": {
            "messages": {
                "kind/of": {"summary": "what it is", "payload": {"$schema": "https://elsewhere/"}}
            },
            "schemas": {"Item": {"title": "</pre><img src=https://elsewhere/>"}},
        },
    }
    page, source = documentation(lambda: Document("t", document))
    html = page().decode()
    assert json.loads(source()) == document
    assert "kind/of" in html
    assert "what it is" in html
    assert not [it for it in ("<script", "<img", "<link", "<iframe", 'src="', "url(") if it in html]
    assert html.count("href=") == 1
    assert 'href="/docs.json"' in html
