"""Every heading of the handbook with commands is part of a story."""

from pathlib import Path

import pytest

from tests.handbook.console import HANDBOOK, steps

STORIES = "\n".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))


@pytest.mark.parametrize("page", sorted(HANDBOOK.glob("*.md")), ids=lambda page: page.name)
def test_each_heading_with_commands_is_part_of_a_story(page: Path) -> None:
    assert [heading for heading in steps(page) if f'"{heading}"' not in STORIES] == []


def test_the_stories_have_commands() -> None:
    assert sum(len(found) for page in HANDBOOK.glob("*.md") for found in steps(page).values()) > 50
