"""`python -m tests.browser.screenshots [FOLDER]`: the pictures of the page in the documentation."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.browser.chromium import DESKTOP, NARROW, Tab, opened_tab, running_chromium
from tests.browser.conftest import Site, served_site
from tests.support.story import ORDER_ID, WHOLE, others

IMAGES: Final = Path(__file__).parents[2] / "docs" / "images"
THEN: Final = "2026-03-01T12:05:00Z"


async def take(chromium: str, site: Site, folder: Path) -> None:
    """Take all pictures."""
    await site.api.told(*WHOLE, *others())
    async with opened_tab(chromium) as tab:
        await site.log_in(tab)
        await shoot(tab, site, "/orders", folder / "page-list.png", 1280, 460)
        await shoot(tab, site, f"/orders/{ORDER_ID}", folder / "page-order.png", *DESKTOP)
        steps = f"/orders/{ORDER_ID}?steps=1#timeline"
        await shoot(tab, site, steps, folder / "page-timeline.png", *DESKTOP)
        past = f"/orders/{ORDER_ID}?at={THEN}"
        await shoot(tab, site, past, folder / "page-past.png", *DESKTOP)
        await shoot(tab, site, f"/orders/{ORDER_ID}", folder / "page-narrow.png", *NARROW)


async def shoot(tab: Tab, site: Site, path: str, file: Path, width: int, height: int) -> None:
    """Take a picture of the part of a page that is visible without scrolling."""
    await tab.size(width, height)
    await tab.open(site.address(path))
    picture = await tab.picture(whole=False)
    await asyncio.to_thread(file.write_bytes, picture)


async def serve(chromium: str, orders: Path, folder: Path) -> None:
    """Serve the page, and take the pictures."""
    async with served_site(orders) as site:
        await take(chromium, site, folder)


def main(folder: Path) -> None:
    """Start Chromium and take the pictures."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        profile, orders = Path(scratch, "chromium"), Path(scratch, "orders")
        profile.mkdir()
        orders.mkdir()
        with running_chromium(profile) as chromium:
            asyncio.run(serve(chromium, orders, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else IMAGES)
