"""An order at other moments: as it was, as it was known, and as it changes."""

from datetime import timedelta

import pytest

from order_projector.projection.reading import FoundOrder
from tests.support.api import NOON, World
from tests.support.story import (
    CREATED,
    ORDER_ID,
    SPRING_REDEEMED,
    UNTIL_THE_ROLLBACK,
    WHOLE,
)
from tests.unit.api.page.conftest import ReadPage

PATH = f"/orders/{ORDER_ID}"


async def test_the_order_is_shown_as_it_was_in_the_currency_that_it_has_today(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*WHOLE)

    page = await read_page(f"{PATH}?at=2026-03-01T12:05:00Z")
    assert page.one("h1").text == f"{ORDER_ID} CREATED"
    assert "The order as it was at 2026-03-01 12:05:00 UTC." in page.part("moments").text
    assert "Total 8.87" in page.part("sums").text
    assert [step.attributes["id"] for step in page.part("steps").find("li")] == [
        *("step-1", "step-2", "step-3", "step-4")
    ]


async def test_links_lead_through_all_moments_and_back_to_now(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*UNTIL_THE_ROLLBACK)

    here, seen = (await read_page(PATH)).part("moments").links()["First"], []
    while True:
        moments = (await read_page(here)).part("moments")
        seen.append(moments.one("li", **{"class": "where"}).text)
        here = moments.links()["Later"]
        if here == PATH:
            break
    assert seen == [f"moment {number} of 4" for number in (1, 2, 3, 4)]
    back = (await read_page(PATH)).part("moments").links()["Earlier"]
    assert (await read_page(back)).part("moments").links()["Later"].endswith("12%3A04%3A00.000Z")


async def test_every_moment_can_be_chosen_from_a_form_that_needs_no_script(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*UNTIL_THE_ROLLBACK)

    form = (await read_page(PATH)).part("moments").one("form", action=PATH)
    choices = [each.attributes["value"] for each in form.find("option")]
    assert choices == [
        "",
        *(f"2026-03-01T12:{minute}:00.000Z" for minute in ("00", "02", "03", "04")),
    ]
    chosen = await read_page(f"{PATH}?at={choices[2]}&known_at=")
    assert chosen.part("moments").one("option", selected="").attributes["value"] == choices[2]


async def test_the_order_is_shown_as_it_was_known(api: World, read_page: ReadPage) -> None:
    await api.told(CREATED, at=NOON)
    await api.told(SPRING_REDEEMED, at=NOON + timedelta(days=4))

    page = await read_page(f"{PATH}?known_at=2026-03-03")
    assert "by what was known at 2026-03-03 00:00:00 UTC" in page.part("moments").text
    assert "Total 1319" in page.part("sums").text
    assert page.part("moments").one("li", **{"class": "where"}).text == "moment 1 of 1"
    assert "known_at=2026-03-03T00%3A00%3A00.000Z" in page.part("step-1").links()["as it was then"]


async def test_an_event_says_since_when_it_is_known_and_leads_to_what_was_known_then(
    api: World, read_page: ReadPage
) -> None:
    await api.told(CREATED, at=NOON)
    await api.told(SPRING_REDEEMED, at=NOON + timedelta(days=4))

    details = (await read_page(PATH)).part("details-2")
    assert "evt_002 known since 2026-03-05 12:00:00 as it was known then" in details.text
    known = await read_page(details.links()["as it was known then"])
    assert "Total 1187" in known.part("sums").text
    earlier = (await read_page(PATH)).part("details-1").links()["as it was known then"]
    assert "Total 1319" in (await read_page(earlier)).part("sums").text


async def test_an_order_that_changes_while_it_is_read_is_read_again(
    api: World, read_page: ReadPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.told(CREATED)
    stale = await api.services.reader.by_name(ORDER_ID)
    await api.told(SPRING_REDEEMED)
    fresh = await api.services.reader.by_name(ORDER_ID)
    answers = [stale, fresh]

    async def by_name(*_: object) -> FoundOrder | None:
        return answers.pop(0)

    monkeypatch.setattr(type(api.services.reader), "by_name", by_name)
    page = await read_page(PATH)
    assert "Proven" in page.part("proof").text
    assert page.one("main").attributes["data-etag"].startswith('"2-')
