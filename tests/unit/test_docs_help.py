"""The reference page of commands is the output of `--help`, which describes every option."""

import pytest

from tests.support.help_page import PAGE, commands, help_of, page


def test_the_page_of_commands_is_what_help_prints() -> None:
    """If it differs, `python -m tests.support.help_page` regenerates it."""
    assert PAGE.read_text() == page()


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_the_help_of_a_command_says_what_it_does_and_what_each_option_is_for(
    words: tuple[str, ...],
) -> None:
    text = help_of(words)
    assert f"Usage: order-projector {' '.join(words)}" in text
    described = [line for line in text.splitlines() if line.startswith("│ --")]
    assert all(len(line.strip("│ ").split(None, 1)) == 2 for line in described)
