"""The page of an order: why its total is 11.87."""

from dataclasses import replace

import pytest

from order_projector.domain.source_ids import order_id_from
from order_projector.projection.ports import StoredOrder
from order_projector.projection.reading import FoundOrder
from tests.support.api import World
from tests.support.events import event_at, order_event, paid, redeemed
from tests.support.story import (
    CREATED,
    ORDER_ID,
    PAID,
    SHOP_NUMBER,
    SPRING_REDEEMED,
    WHOLE,
)
from tests.unit.api.page.conftest import ReadPage

PATH = f"/orders/{ORDER_ID}"


async def test_the_money_is_written_as_people_write_it_from_the_amount_to_what_is_open(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*WHOLE)

    sums = (await read_page(PATH)).part("sums")
    assert sums.one("h2").text == "Money in USD"
    assert [each.text for each in sums.find("dt") + sums.find("dd")] == [
        *("Amount", "Discounts", "Total", "Paid", "Open"),
        *("14.09 13.19 in the cart", "-2.22 -0.90 lines, -1.32 order", "11.87", "8.18", "3.69"),
    ]


async def test_money_in_no_known_currency_is_in_the_smallest_unit_and_says_so(
    api: World, read_page: ReadPage
) -> None:
    await api.told(order_event(0, "created", amount=1187), paid(1, 1200))

    page = await read_page("/orders/ord_1")
    assert page.part("sums").text == (
        "Money Amount 1187 Discounts 0 Total 1187 Paid 1200 Overpaid 13 "
        "The currency is not known: money is in its smallest unit."
    )


async def test_an_order_without_an_amount_says_that_it_is_not_known(
    api: World, read_page: ReadPage
) -> None:
    await api.told(order_event(0, "created"))

    assert "Amount not known" in (await read_page("/orders/ord_1")).part("sums").text


async def test_the_lines_add_up_to_the_total(api: World, read_page: ReadPage) -> None:
    await api.told(*WHOLE)

    lines = (await read_page(PATH)).part("lines")
    assert lines.rows() == [
        [
            "Espresso cup product prod_cup · SKU sku_cup_blue",
            "2",
            "4.75",
            "9.50",
            "",
            "9.50",
            "step 1",
        ],
        [
            "Filter papers, 100 product prod_filter shelf B 12",
            "1",
            "3.69",
            "3.69",
            "",
            "3.69",
            "step 1",
        ],
        [
            *("Tasting sachet product prod_sachet", "1 1 discounted, 0 in the cart"),
            *("0.90", "0.90", "-0.90", "0.00", "step 3"),
        ],
        ["All lines", "14.09", "-0.90", "13.19", ""],
        ["Discounts of the order", "-1.32", ""],
        ["Total", "11.87", ""],
    ]
    assert lines.links()["step 3"] == "#step-3"


async def test_a_redemption_that_is_rolled_back_is_marked_and_takes_nothing_off(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*WHOLE)

    rows = (await read_page(PATH)).part("redemptions").rows()
    assert rows == [
        [
            *("r_spring", "voucher SPRING-10 campaign camp_spring"),
            *("2026-03-01 12:02:00 step 2", "in force", "1.32"),
        ],
        ["r_sachet", "voucher TASTE", "2026-03-01 12:03:00 step 3", "in force", "0.90"],
        [
            *("r_welcome", "voucher WELCOME-3", "2026-03-01 12:04:00 step 4"),
            "rolled back 2026-03-01 12:09:00, rr_welcome, step 5",
            "0.00 before: 3.00",
        ],
        ["All discounts", "2.22"],
    ]


async def test_a_stack_lists_its_redemptions_with_what_each_takes_off(
    api: World, read_page: ReadPage
) -> None:
    order = {"id": "ord_1", "amount": 1000}
    off = {"type": "AMOUNT", "amount_off": 100}
    await api.told(
        redeemed(
            1,
            "r_1",
            order=order,
            voucher={"id": "v_1", "code": "ONE", "discount": off},
            own={"redemption": "r_stack"},
        ),
        redeemed(
            1,
            "r_2",
            order=order,
            voucher={"id": "v_2", "code": "TWO", "discount": off | {"amount_off": 250}},
            own={"redemption": "r_stack"},
        ),
    )

    (stack, everything) = (await read_page("/orders/ord_1")).part("redemptions").rows()
    assert stack[:2] == ["r_stack", "stack of 2 r_1: voucher ONE, 100 r_2: voucher TWO, 250"]
    assert (stack[-1], everything[-1]) == ("350", "350")


async def test_discounts_of_no_known_redemption_have_a_row_of_their_own(
    api: World, read_page: ReadPage
) -> None:
    order = {"id": "ord_1", "amount": 1000, "discount_amount": 300, "total_amount": 700}
    await api.told(redeemed(1, "r_1", order=order | {"applied_discount_amount": 100}))

    rows = (await read_page("/orders/ord_1")).part("redemptions").rows()
    assert [(row[0], row[-1]) for row in rows] == [
        ("r_1", "100"),
        ("Not by these redemptions", "200"),
        ("All discounts", "300"),
    ]


async def test_a_payment_shows_what_it_took_gave_back_and_keeps(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*WHOLE)

    rows = (await read_page(PATH)).part("payments").rows()
    assert rows == [
        [
            *("pay_card", "2026-03-01 12:12:00", "card", "succeeded"),
            *("11.87 USD", "11.87", "3.69", "8.18"),
        ],
        ["Paid", "8.18"],
    ]


async def test_a_payment_in_another_currency_is_shown_in_its_own_and_not_counted(
    api: World, read_page: ReadPage
) -> None:
    await api.told(
        order_event(0, "created", amount=500),
        paid(1, 500, currency="EUR"),
        paid(2, 900, name="pay_2", currency="JPY"),
    )

    rows = (await read_page("/orders/ord_1")).part("payments").rows()
    assert rows[1][3:] == [
        "succeeded not counted: in another currency",
        *("900 JPY", "0.00", "", "0.00"),
    ]


async def test_each_step_tells_when_and_what_it_changed_to_the_cent(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*WHOLE)

    page = await read_page(PATH)
    spring = page.part("step-2")
    assert spring.find("p")[0].text == "Step 2 2026-03-01 12:02:00 as it was then"
    assert spring.one("h3").text == (
        "redemption r_spring of voucher v_spring, code SPRING-10 (PERCENT 10 % APPLY_TO_ORDER)"
    )
    (ledger,) = (it for it in spring.find("table") if "ledger" in it.attributes["class"])
    assert ledger.rows() == [["the order 10 % of 13.19 = 1.319 -> 1.32", "+1.32", "11.87"]]
    assert ["total_amount", "1319", "1187"] in spring.part("details-2").rows()
    assert "status CREATED -> PAID: 11.87 USD (1187) is kept" in page.part("step-6").text
    assert "money kept -3.69, now 8.18 USD" in page.part("step-7").text


async def test_an_event_that_came_by_the_shop_s_number_alone_says_so(
    api: World, read_page: ReadPage
) -> None:
    await api.told(CREATED, PAID)

    step = (await read_page(PATH)).part("step-2")
    assert step.one("summary").text == f"3 fields changed by evt_012 by source id {SHOP_NUMBER}"
    assert "late" not in step.text


async def test_a_flag_leads_to_the_step_at_which_it_was_raised(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*WHOLE)

    flags = (await read_page(PATH)).part("flags")
    assert flags.one("li").text.startswith("unknown_redemption of r_lost, step 8 The rollback")
    assert flags.links() == {"step 8": "#step-8"}


async def test_the_page_proves_that_every_cent_is_accounted_for(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*WHOLE)

    proof = (await read_page(PATH)).part("proof")
    assert proof.one("p").text == "Proven: every unit and every cent of the order is accounted for."


async def test_both_names_and_the_customer_are_links(api: World, read_page: ReadPage) -> None:
    await api.told(*WHOLE)

    links = (await read_page(PATH)).part("head").links()
    assert links == {SHOP_NUMBER: f"/orders/{SHOP_NUMBER}", "cust_anna": "/orders?q=cust_anna"}
    by_number = await read_page(f"/orders/{SHOP_NUMBER}")
    assert by_number.one("h1").text == f"{ORDER_ID} PAID"


async def test_an_order_that_went_into_another_shows_the_other_and_says_so(
    api: World, read_page: ReadPage
) -> None:
    await api.told(PAID, CREATED)
    derived = order_id_from(SHOP_NUMBER)

    page = await read_page(f"/orders/{derived}")
    assert page.one("h1").text == f"{ORDER_ID} PROCESSING"
    assert f"{derived} went into this order." in page.part("head").text


async def test_a_stored_order_that_differs_from_its_facts_is_not_proven(
    api: World, read_page: ReadPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.told(CREATED)
    found = await api.services.reader.by_name(ORDER_ID)
    assert found is not None
    assert isinstance(found.order, StoredOrder)
    other = replace(found.order, order={**found.order.order, "total_amount": 1})

    async def altered(*_: object) -> FoundOrder:
        return replace(found, order=other)

    monkeypatch.setattr(type(api.services.reader), "by_name", altered)
    proof = (await read_page(PATH)).part("proof")
    assert "NOT proven" in proof.text
    assert proof.rows() == [["total_amount", "1319", "1"]]


@pytest.mark.parametrize("query", ["", "?at=2026-03-01T12:02:00Z", "?known_at=2026-04-01"])
async def test_the_json_is_what_the_api_answers(
    api: World, read_page: ReadPage, query: str
) -> None:
    await api.told(*WHOLE)

    address = (await read_page(f"{PATH}{query}")).part("json").links()["The order as JSON"]
    shown, answered = await api.get(address), await api.get(f"/v1/orders/{ORDER_ID}{query}")
    assert (shown.status_code, shown.content) == (200, answered.content)
    assert shown.headers["Content-Type"] == "application/json"


async def test_a_voided_event_is_a_step_no_more_and_the_void_is(
    api: World, read_page: ReadPage
) -> None:
    void = {"order": {"id": ORDER_ID}, "voids": SPRING_REDEEMED["id"]}
    await api.told(CREATED, SPRING_REDEEMED, event_at(30, "event.voided", void))

    steps = (await read_page(PATH)).part("steps").find("h3")
    assert [step.text for step in steps] == [
        "the order's own details",
        "takes back what evt_002 said",
    ]
