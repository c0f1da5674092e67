"""Long orders: the timeline in parts, and tables of bounded length."""

from order_projector.api.page.steps import STEPS_OF_A_PART
from order_projector.api.page.text import MOST_ROWS
from tests.support.api import World
from tests.support.events import event, order_event, paid, redeemed
from tests.unit.api.page.conftest import ReadPage

STEPS = 2 * STEPS_OF_A_PART + 30
CREATED = order_event(0, "created", amount=1_000_000)


def payments(number: int) -> list[dict[str, object]]:
    return [paid(1 + n, 5, name=f"pay_{n:03}") for n in range(number)]


async def test_a_long_timeline_is_shown_in_parts_the_last_one_first(
    api: World, read_page: ReadPage
) -> None:
    await api.told(CREATED, *payments(STEPS - 1))

    last = await read_page("/orders/ord_1")
    middle = await read_page(last.part("parts").links()["Earlier steps"].partition("#")[0])
    first = await read_page(middle.part("parts").links()["Earlier steps"].partition("#")[0])

    shown = [
        step.attributes["id"]
        for page in (first, middle, last)
        for step in page.part("steps").find("li")
    ]
    assert shown == [f"step-{number}" for number in range(1, STEPS + 1)]
    assert "part 3 of 3, 230 steps" in last.part("parts").text
    assert "Later steps" not in last.part("parts").links()
    assert "Earlier steps" not in first.part("parts").links()


async def test_a_reference_leads_to_the_part_in_which_its_step_is(
    api: World, read_page: ReadPage
) -> None:
    off = {"discount": {"type": "AMOUNT", "amount_off": 5}}
    await api.told(
        CREATED, redeemed(0, "r_1", order={"id": "ord_1"}, voucher=off) | {"id": "evt_001"}
    )
    await api.told(*payments(STEPS))

    reference = (await read_page("/orders/ord_1")).part("redemptions").links()["step 2"]
    assert reference == "/orders/ord_1?steps=1#step-2"
    steps = (await read_page(reference.partition("#")[0])).part("steps")
    assert "redemption r_1" in steps.find("h3")[1].text


async def test_a_long_table_says_how_much_more_there_is(api: World, read_page: ReadPage) -> None:
    await api.told(CREATED, *payments(MOST_ROWS + 30))

    rows = (await read_page("/orders/ord_1")).part("payments").rows()
    assert len(rows) == MOST_ROWS + 2
    assert rows[-2] == ["and 30 more: the JSON has all"]
    assert rows[-1] == ["Paid", "1150"]


async def test_all_lines_are_shown(api: World, read_page: ReadPage) -> None:
    items = [{"product_id": f"p_{n}", "quantity": 1, "price": 100} for n in range(500)]
    created = event("order.created", {"order": {"id": "ord_1", "items": items}})
    await api.told(created)

    page = await read_page("/orders/ord_1")
    assert len(page.part("lines").rows()) == 500 + 2
    assert "and 300 more: the JSON has all" in page.part("step-1").text


async def test_the_moments_to_choose_from_are_those_around_the_one_shown(
    api: World, read_page: ReadPage
) -> None:
    await api.told(CREATED, *payments(2 * MOST_ROWS))

    now = (await read_page("/orders/ord_1")).part("at").find("option")
    then = (await read_page("/orders/ord_1?at=2026-03-01T12:00:00Z")).part("at").find("option")
    assert [len(now), now[-1].text] == [201, "2026-03-01 18:40:00"]
    assert [len(then), then[1].text] == [201, "2026-03-01 12:00:00"]
