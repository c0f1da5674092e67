"""The page as people use it: with and without scripts, by keyboard, on a telephone and on paper."""

import pytest

from tests.browser.axe import barriers
from tests.browser.chromium import DESKTOP, NARROW, Tab
from tests.browser.conftest import Site
from tests.support.api import key_line
from tests.support.events import event_at
from tests.support.story import (
    ORDER_ID,
    PAID,
    SHOP_NUMBER,
    UNTIL_THE_ROLLBACK,
    WELCOME_UNDONE,
    WHOLE,
    others,
)

PATH = f"/orders/{ORDER_ID}"
ERASED = event_at(60 * 30, "order.erased", {"order": {"id": ORDER_ID}})
OVERFLOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

PAGES = {
    "list": "/orders",
    "nothing found": "/orders?q=nobody",
    "order": PATH,
    "past": f"{PATH}?at=2026-03-01T12:05:00Z",
    "error": "/orders/ord_none",
}
MEDIA = {
    "desktop": ("screen", DESKTOP, "light"),
    "dark": ("screen", DESKTOP, "dark"),
    "narrow": ("screen", NARROW, "light"),
    "print": ("print", DESKTOP, "light"),
}


@pytest.mark.parametrize("page", PAGES)
async def test_axe_finds_nothing_on_any_medium_and_nothing_is_cut_off(
    site: Site, tab: Tab, page: str
) -> None:
    await site.api.told(*WHOLE, *others())

    for name, (kind, size, scheme) in MEDIA.items():
        await tab.size(*size)
        await tab.media(kind, prefers_color_scheme=scheme)
        await tab.open(site.address(PAGES[page]))
        assert await barriers(tab) == [], name
        assert await tab.value(OVERFLOW) is False, name


async def test_a_person_finds_an_order_and_goes_through_its_moments_by_keyboard_alone(
    site: Site, tab: Tab
) -> None:
    await site.api.told(*WHOLE, *others())
    await tab.open(site.address("/orders"))

    await tab.press("Tab")
    assert await focus(tab) == "Skip to the content"
    await tab.press("Tab", "Tab")
    await tab.type(SHOP_NUMBER)
    await follow(tab)
    assert await tab.text("h1") == f"{ORDER_ID} PAID"

    totals = []
    for link in ("First", "Later", "Later", "Later", "Later", "Now"):
        await reach(tab, link)
        await follow(tab)
        totals.append(await tab.text(".sum-total dd"))
    assert totals == ["13.19", "11.87", "11.87", "8.87", "11.87", "11.87"]

    await reach(tab, "13 fields changed by evt_000")
    await tab.press("Enter")
    assert "created_at" in await tab.text("#details-1 table")


async def focus(tab: Tab) -> str:
    """Return the readable text of the focused element, whose focus must be visible."""
    outlined = "getComputedStyle(document.activeElement).outlineStyle"
    assert await tab.value(outlined) != "none"
    return await tab.text(":focus")


async def reach(tab: Tab, text: str) -> None:
    """Press Tab until an element with this text has the focus."""
    for _ in range(100):
        await tab.press("Tab")
        if await tab.text(":focus") == text:
            return
    raise AssertionError(f"{text} cannot be reached by keyboard")


async def follow(tab: Tab) -> None:
    """Follow a link or submit a form by keyboard."""
    seen = tab.seen
    await tab.press("Enter")
    await tab.loaded(seen)


async def test_without_scripts_all_is_there_and_every_moment_can_be_chosen(
    site: Site, tab: Tab
) -> None:
    await site.api.told(*WHOLE)
    await tab.without_scripts()
    await tab.open(site.address(f"/orders?q={SHOP_NUMBER}"))

    text = await tab.text("main")
    for part in ("Money in USD", "Espresso cup", "rolled back", "pay_card", "Step 8", "Proven"):
        assert part in text
    links = ("First", "Later", "Later", "Now")
    seen = [await followed(tab, "#moments a[href]", link) for link in links]
    assert seen == ["13.19", "11.87", "11.87", "11.87"]


async def followed(tab: Tab, selector: str, text: str) -> str:
    """Follow the link with this text, as a click does; return the total on the page it leads to."""
    links = f"[...document.querySelectorAll('{selector}')]"
    address = await tab.value(f"{links}.find((it) => it.textContent === '{text}').href")
    await tab.open(address)
    return await tab.text(".sum-total dd")


async def test_an_open_page_follows_its_order_without_a_reload(site: Site, tab: Tab) -> None:
    await site.api.told(*UNTIL_THE_ROLLBACK)
    await tab.open(site.address(PATH))
    await tab.value("window.kept = true; document.getElementById('details-2').open = true")
    await tab.value("document.querySelector('#details-2 summary').focus()")
    assert await tab.text(".sum-total dd") == "887"

    await site.api.told(WELCOME_UNDONE)
    await tab.until("document.body.innerText.includes('rolled back')")
    assert await tab.text("#redemptions tr:nth-child(3) td:last-child") == "0 before: 300"
    assert await tab.text("#live") == "Updated: CREATED, total 1187"
    await site.api.told(PAID)
    await tab.until("document.title.endsWith('PAID')")

    assert await tab.text(".sum-total dd") == "11.87"
    assert await tab.value("window.kept && document.getElementById('details-2').open")
    assert await tab.value("document.activeElement.parentElement.id") == "details-2"


async def test_an_order_that_is_erased_goes_from_the_open_page(site: Site, tab: Tab) -> None:
    await site.api.told(*WHOLE)
    await tab.open(site.address(PATH))

    await site.api.told(ERASED)
    await tab.until("document.querySelector('h1').innerText === 'Resource gone'")

    assert "cust_anna" not in await tab.text("body")


async def test_a_page_says_when_it_may_be_out_of_date_and_goes_on_by_itself(
    site: Site, tab: Tab
) -> None:
    await site.api.told(*UNTIL_THE_ROLLBACK)
    await tab.open(site.address(PATH))

    await tab.call("Network.emulateNetworkConditions", offline=True, **NO_LIMITS)
    await tab.until("document.getElementById('live').innerText.includes('no connection')")
    await tab.call("Network.emulateNetworkConditions", offline=False, **NO_LIMITS)
    await site.api.told(WELCOME_UNDONE)
    await tab.until("document.body.innerText.includes('rolled back')")


NO_LIMITS = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


async def test_a_key_that_is_withdrawn_is_said_on_the_open_page(site: Site, tab: Tab) -> None:
    await site.api.told(*WHOLE)
    await tab.open(site.address(PATH))

    login = await tab.next_login(site.address(PATH))
    site.api.keys_file.write_text(key_line("other", "else") + "\n")
    await login.cancel()
    await tab.until("document.getElementById('live').innerText.includes('sign in again')")


async def test_what_a_producer_wrote_runs_nowhere_and_is_read_as_text(site: Site, tab: Tab) -> None:
    script = "</bdi><script>window.owned = 1</script><img src=x onerror='window.owned = 1'>"
    order = {
        "id": ORDER_ID,
        "items": [{"product_id": "p", "quantity": 1, "price": 5, "product": {"name": script}}],
        "customer": {"id": script},
        "metadata": {script: "\u202e" + script},
    }
    await site.api.told(event_at(0, "order.created", {"order": order}, name=script))
    await tab.open(site.address(PATH))
    await site.api.told(event_at(1, "order.updated", {"order": order | {"amount": 7}}))
    await tab.until("document.getElementById('step-2')")

    assert await tab.value("typeof window.owned") == "undefined"
    assert await tab.text("#lines tbody th bdi") == script[:100]
    assert await tab.text("#metadata dd") == f"\\u202e{script}"
    assert await tab.value("document.images.length") == 0


async def test_the_browser_has_nothing_to_complain_of(site: Site, tab: Tab) -> None:
    await site.api.told(*WHOLE)
    for _ in range(2):  # the second time from the browser's own cache
        for path in (PAGES["list"], PAGES["order"], PAGES["past"]):
            await tab.open(site.address(path))
            assert await tab.value("document.styleSheets.length") == 1

    assert tab.complaints() == []


async def test_on_paper_stands_the_order_and_nothing_to_press(site: Site, tab: Tab) -> None:
    await site.api.told(*WHOLE)
    await tab.open(site.address(PATH))
    await tab.media("print")

    text = await tab.text("body")
    for part in ("Total 11.87", "Espresso cup", "Step 8"):
        assert part in text
    for part in ("Find", "Earlier", "Show", "as it was then", "JSON"):
        assert part not in text
    assert (await tab.pdf()).startswith(b"%PDF")
