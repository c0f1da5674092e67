"""Chromium, a separate tab for each test, and the API on orders in memory."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from order_projector.api import HTTP_OPTIONS
from order_projector.hosting.server import Address, Variables, listening
from order_projector.local.ports import HOST, free_port
from tests.browser.chromium import Tab, opened_tab, running_chromium
from tests.support.api import TOKEN, World, world


@dataclass(frozen=True, slots=True)
class Site:
    """The page, served to a browser, and the orders behind it."""

    api: World
    port: int

    def address(self, path: str) -> str:
        """Return the address of a path, for a browser that is already logged in."""
        return f"http://{HOST}:{self.port}{path}"

    async def log_in(self, tab: Tab) -> None:
        """Log in, like a person whom the browser asks."""
        await tab.open(f"http://shop:{TOKEN}@{HOST}:{self.port}/orders")


@asynccontextmanager
async def served_site(folder: Path) -> AsyncIterator[Site]:
    """Serve the page without orders for the length of a `with` block."""
    port = free_port()
    address = Address(HOST, port, Variables("api_host", "api_port"))
    async with (
        world(folder, public_url=f"http://{HOST}:{port}") as api,
        listening(api.app, address, 1, HTTP_OPTIONS),
    ):
        yield Site(api, port)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the DevTools address of a Chromium that all tests share."""
    with running_chromium(tmp_path_factory.mktemp("chromium")) as address:
        yield address


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Serve the page of this test, without orders."""
    async with served_site(tmp_path) as site:
        yield site


@pytest.fixture
async def tab(chromium: str, site: Site) -> AsyncIterator[Tab]:
    """Open a tab that is logged in."""
    async with opened_tab(chromium) as tab:
        await site.log_in(tab)
        yield tab
