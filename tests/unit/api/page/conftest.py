"""A reader for the pages under test."""

from collections.abc import Awaitable, Callable

import pytest

from tests.support.api import World
from tests.support.markup import Element, read_html

ReadPage = Callable[[str], Awaitable[Element]]


@pytest.fixture
def read_page(api: World) -> ReadPage:
    """Return a function that reads a page, which must exist."""

    async def read(path: str) -> Element:
        answer = await api.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        return read_html(answer.text)

    return read
