"""Wrong use of any command is one line that names the option or the argument, and exit code 2."""

from pathlib import Path

import pytest

from tests.support.commands import invoke


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--nope"], "No such option: --nope"),
        (["nope"], "No such command 'nope'."),
        (["topics", "nope"], "No such command 'nope'."),
        (["orders", "--nope"], "No such option: --nope"),
        (["orders", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range x>=1."),
        (["orders", "--limit"], "Option '--limit' requires an argument."),
        (["dead-letters", "discard", "3:0"], "Missing option '--reason'."),
        (["void", "ord_1"], "Missing argument 'EVENT'."),
        (
            ["updates", "--from", "never"],
            "Invalid value for '--from': 'never' is not one of 'earliest', 'latest'.",
        ),
        (
            ["topics", "create", "--partitions", "soon"],
            "Invalid value for '--partitions': 'soon' is not a valid int range.",
        ),
        (["orders", "a", "b\nc\x1b[31m"], "Got unexpected extra argument(s) (b c\\x1b[31m)"),
    ],
    ids=lambda it: " ".join(it) if isinstance(it, list) else "",
)
def test_wrong_use_is_one_line(words: list[str], line: str, tmp_path: Path) -> None:
    ended = invoke(words, tmp_path)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == f"order-projector: {line}\n"


@pytest.mark.parametrize("words", [[], ["topics"]])
def test_a_group_without_a_command_prints_its_help(words: list[str], tmp_path: Path) -> None:
    ended = invoke(words, tmp_path)
    assert ended.exit_code == 2
    assert "Usage: " in ended.output
    assert not ended.stderr.startswith("order-projector: ")
