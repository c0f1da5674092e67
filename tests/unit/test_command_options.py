"""Options that several commands share, and the errors about values that cannot be used."""

from pathlib import Path

import pytest

from tests.support.commands import invoke


@pytest.mark.parametrize("reason", ["", "  ", "\t\n"])
@pytest.mark.parametrize(
    "words",
    [
        ("dead-letters", "discard", "1:1"),
        ("dead-letters", "replay", "1:1"),
        ("void", "ord_1", "evt_1"),
        ("erase", "ord_1"),
        ("pause",),
        ("resume",),
    ],
)
def test_a_blank_reason_is_wrong_use_in_one_line(
    words: tuple[str, ...], reason: str, tmp_path: Path
) -> None:
    ended = invoke([*words, "--reason", reason], tmp_path)

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == (
        "order-projector: --reason: it is blank: say why, as in --reason 'a test event'\n"
    )


@pytest.mark.parametrize(
    ("option", "words"),
    [("--since", ("dead-letters", "list")), ("--written-after", ("orders",))],
)
@pytest.mark.parametrize("time", ["2026-13-01", "2026-02-30T12:00:00Z", "7w", "", "99999999999d"])
def test_what_is_no_time_is_said_with_the_option_and_examples(
    option: str, words: tuple[str, ...], time: str, tmp_path: Path
) -> None:
    ended = invoke([*words, option, time], tmp_path)

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"order-projector: Invalid value for '{option}': {time!r} is not a time; give one such as "
        "2026-03-01, 2026-03-01T12:00:00Z, or how long ago, as 7d, 36h or 90m\n"
    )


@pytest.mark.parametrize(
    "words", [("project",), ("send",), ("backfill",), ("explain", "ord_1", "--from", "-", "--from")]
)
def test_standard_input_that_is_named_twice_is_wrong_use_in_one_line(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    files = ("-",) if words[0] == "explain" else ("-", "-")
    ended = invoke([*words, *files], tmp_path)

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == "order-projector: -: standard input can be read only once\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "a database has a name"),
        ("a.b", "a database name in MongoDB cannot contain '.'"),
        ("a b/c", "a database name in MongoDB cannot contain ' ', '/'"),
        ("\udcff", "not UTF-8"),
        ("é" * 32, "longer than 63 bytes, the maximum in MongoDB"),
    ],
)
def test_what_cannot_be_the_name_of_the_other_database_is_said_with_the_option(
    name: str, reason: str, tmp_path: Path
) -> None:
    ended = invoke(("compare", "--database", name), tmp_path)

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == f"order-projector: --database: {reason}\n"
