"""Searching orders on the page: by id, by the shop's number, by customer."""

from urllib.parse import quote

import pytest

from order_projector.api.page.routes import ORDERS_ON_PAGE
from tests.support.api import PUBLIC_URL, World
from tests.support.events import Json, event_at, order_event
from tests.support.story import CREATED, ORDER_ID, PAID, SHOP_NUMBER, WHOLE, others
from tests.unit.api.page.conftest import ReadPage


def order(minute: int, name: str, **members: object) -> Json:
    """Return an event that creates an order at this minute."""
    return order_event(minute, "created", id=name, **members) | {"id": f"evt_{name}"}


async def ids(read_page: ReadPage, path: str) -> list[str]:
    return [row[0] for row in (await read_page(path)).rows()]


@pytest.mark.parametrize("asked", [ORDER_ID, SHOP_NUMBER, f"  {SHOP_NUMBER} "])
async def test_one_hit_is_gone_to(api: World, asked: str) -> None:
    await api.told(*WHOLE, *others())

    answer = await api.get(f"/orders?q={quote(asked)}")

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{PUBLIC_URL}/orders/{ORDER_ID}"


async def test_a_customer_with_one_order_is_one_hit(api: World) -> None:
    await api.told(CREATED)

    assert (await api.get("/orders?q=cust_anna")).headers["Location"].endswith(ORDER_ID)


async def test_the_orders_of_a_customer_are_listed_newest_first_with_status_and_totals(
    api: World, read_page: ReadPage
) -> None:
    await api.told(*WHOLE, *others())

    page = await read_page("/orders?q=cust_anna")
    assert page.one("h1").text == "Orders of cust_anna"
    assert page.rows() == [
        *(
            [f"ord_other{n}", f"shop-{10482 + n}", "cust_anna", f"2026-03-01 12:0{n}:00", *more]
            for n, more in (
                (5, ["PROCESSING", "1185", "", "1185", ""]),
                (3, ["FULFILLED", "11.11", "", "11.11", "USD"]),
                (1, ["PAID", "10.37", "", "10.37", "USD"]),
            )
        ),
        [
            *(ORDER_ID, SHOP_NUMBER, "cust_anna", "2026-03-01 12:00:00"),
            *("PAID", "14.09", "-2.22", "11.87", "USD"),
        ],
    ]
    assert page.links()[ORDER_ID] == f"/orders/{ORDER_ID}"


async def test_a_name_that_several_orders_have_lists_them_all(
    api: World, read_page: ReadPage
) -> None:
    await api.told(
        order(1, "ord_1", source_id="N/A"),
        order(2, "ord_2", source_id="N/A"),
        order(3, "N/A", customer={"id": "N/A"}),
        order(4, "ord_4", customer={"id": "N/A"}),
    )

    assert await ids(read_page, "/orders?q=N/A") == ["ord_4", "N/A", "ord_2", "ord_1"]


async def test_without_a_text_all_orders_are_listed(api: World, read_page: ReadPage) -> None:
    await api.told(order(1, "ord_1"), order(2, "ord_2"))

    for path in ("/orders", "/orders?q=", "/orders?q=%20%20"):
        assert await ids(read_page, path) == ["ord_2", "ord_1"]


async def test_what_is_not_found_is_said_and_can_be_asked_again(
    api: World, read_page: ReadPage
) -> None:
    await api.told(CREATED)

    page = await read_page("/orders?q=%3Cno%3E")
    assert "No order has this id" in page.one("main").text
    assert page.part("q").attributes["value"] == "<no>"


@pytest.mark.parametrize("path", ["/orders", "/orders?q=cust_1"])
async def test_a_walk_through_the_pages_shows_every_order_once(
    api: World, read_page: ReadPage, path: str
) -> None:
    names = [f"ord_{number:03}" for number in range(2 * ORDERS_ON_PAGE + 5)]
    customer = {"id": "cust_1"}
    await api.told(*(order(n % 7, name, customer=customer) for n, name in enumerate(names)))

    sizes: list[int] = []
    seen: list[str] = []
    while True:
        page = await read_page(path)
        sizes.append(len(page.rows()))
        seen += [row[0] for row in page.rows()]
        if "Older orders" not in page.links():
            break
        path = page.links()["Older orders"]
    assert sizes == [ORDERS_ON_PAGE, ORDERS_ON_PAGE, 5]
    assert sorted(seen) == names
    assert "Newest" in page.links()


async def test_an_order_whose_id_is_a_customer_of_many_is_among_them_once(
    api: World, read_page: ReadPage
) -> None:
    many = [order(n, f"ord_{n:03}", customer={"id": "both"}) for n in range(ORDERS_ON_PAGE + 2)]
    await api.told(order(5, "both"), *many)

    first = await read_page("/orders?q=both")
    second = await ids(read_page, first.links()["Older orders"])
    seen = [row[0] for row in first.rows()] + second
    assert len(seen) == len(set(seen)) == ORDERS_ON_PAGE + 3


async def test_an_erased_order_is_found_by_its_id_alone(api: World, read_page: ReadPage) -> None:
    erased = event_at(50, "order.erased", {"order": {"id": ORDER_ID}})
    await api.told(CREATED, PAID, erased)

    found = await api.get(f"/orders?q={ORDER_ID}")
    assert found.status_code == 303
    assert (await api.get(f"/orders/{ORDER_ID}")).status_code == 410
    assert await ids(read_page, f"/orders?q={SHOP_NUMBER}") == []
