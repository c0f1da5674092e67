"""A producer's text is shown as text of bounded length, whatever it contains."""

import json
from typing import Any

import pytest

from tests.support.api import World
from tests.support.events import Json, event_at, order_event, redeemed, rolled_back
from tests.support.markup import read_html
from tests.unit.api.page.conftest import ReadPage

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}</bdi></title>&amp;"
CONTROLS = "a\x1b[31m\u202egnp.exe\x00\u2028b\x7f"
LONG = "x" * 100_000


def story(text: str, name: str) -> list[Json]:
    """Return events of the order `name`, with a text in every place that a producer may fill."""
    order: Json = {"id": name}
    created = {**order, **cart(text, name)}
    voucher = {
        "id": text[:256],
        "code": text[:256],
        "campaign_id": text[:256],
        "discount": {"type": "AMOUNT", "amount_off": 100, "effect": text[:256]},
    }
    money = {
        "id": text[:200],
        "order_id": name,
        "amount": 400,
        "method": text,
        "currency": text[:8],
    }
    return [
        event_at(0, "order.created", {"order": created}, name=f"evt {text}"[:256]),
        redeemed(1, f"r {text}"[:256], order=order, voucher=voucher),
        redeemed(1, f"s {text}"[:256], order=order, voucher={"discount": {"type": "MAGIC"}}),
        rolled_back(2, f"rr {text}"[:256], f"r {text}"[:256], **order),
        rolled_back(2, f"rr2 {text}"[:256], f"none {text}"[:256], **order),
        event_at(3, "payment.succeeded", {"payment": money}),
        event_at(
            4, "payment.refunded", {"payment": money, "refund": {"id": text[:256], "amount": 9}}
        ),
    ]


def cart(text: str, name: str) -> Json:
    """Return the details of an order, with a text in every place."""
    item = {
        "product_id": text[:256],
        "sku_id": text[:256],
        "source_id": text[:256],
        "quantity": 1,
        "price": 500,
        "product": {"name": text},
        "metadata": {text: {text: [text]}},
    }
    return {
        "source_id": f"shop {name}"[:256],
        "items": [item],
        "customer": {"id": text[:256]},
        "referrer": {"id": text[:256]},
        "metadata": {text: text},
    }


def without_nul(value: Any) -> Any:
    """Remove NUL characters, which are not allowed in ids."""
    return json.loads(json.dumps(value).replace("\\u0000", ""))


@pytest.mark.parametrize("text", [MARKUP, CONTROLS, LONG, "🙂" * 80, "א" * 80, "\u0301" * 200])
async def test_whatever_stands_in_an_order_no_element_comes_of_it(
    api: World, read_page: ReadPage, text: str
) -> None:
    await api.told(*story("plain", "plain"))
    await api.told(*without_nul(story(text, "hostile")))
    assert (await api.get("/v1/orders/hostile")).status_code == 200

    plain, hostile = await read_page("/orders/plain"), await read_page("/orders/hostile")
    listed = await read_page("/orders")
    for page in (hostile, listed, await read_page("/orders/hostile?at=2026-03-01T12:02:00Z")):
        tags = {element.tag for element in page.all()}
        assert tags <= {element.tag for element in plain.all()} | {"strong"}
        assert all(script.text == "" for script in page.find("script"))
        assert not [it for it in page.all() if "onerror" in it.attributes]
        assert "49" not in page.one("h1").text


async def test_control_characters_are_shown_and_turn_nothing_around(api: World) -> None:
    await api.told(*without_nul(story(CONTROLS, "ord_1")))

    page = await api.get("/orders/ord_1")
    assert "a\\x1b[31m\\u202egnp.exe" in page.text
    assert not [each for each in page.text if not (each.isprintable() or each == "\n")]


async def test_a_page_is_of_bounded_length_whatever_its_texts_are(api: World) -> None:
    await api.told(*story(LONG, "ord_1"))

    assert len((await api.get("/orders/ord_1")).content) < 60_000
    assert len((await api.get("/orders")).content) < 5_000


async def test_foreign_text_has_a_direction_of_its_own(api: World, read_page: ReadPage) -> None:
    await api.told(*story("ספל", "ord_1"))

    page = await read_page("/orders/ord_1")
    own = {
        element.tag
        for element in page.one("main").all()
        if any(isinstance(each, str) and "ספל" in each for each in element.content)
    }
    assert own == {"bdi", "pre"}


@pytest.mark.parametrize(
    "name",
    [
        "a/b",
        "a/json",
        "ü€",
        "50%",
        "a b",
        "a+b",
        "a?at=1#x",
        '"><b>',
        "a&b=c",
        "assets",
        "x" * 256,
        "%2e",
    ],
)
async def test_a_page_leads_to_itself_whatever_the_order_is_called(
    api: World, read_page: ReadPage, name: str
) -> None:
    await api.told(order_event(0, id=name, source_id=f"{name[:255]}s", customer={"id": name}))
    await api.told(order_event(1, id="ord_other", customer={"id": name}))

    listed = await read_page("/orders")
    href = [it.attributes["href"] for it in listed.one("tbody").find("a")][1]
    page = await read_page(href)
    links = page.part("moments").links() | page.part("json").links()
    assert (await api.get(links["The order as JSON"])).json()["id"] == name
    head = list(page.part("head").links().values())
    assert (await read_page(head[0])).one("h1").text == page.one("h1").text
    assert len((await read_page(head[1])).rows()) == 2


async def test_an_error_repeats_a_name_as_text(api: World) -> None:
    name = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%1b".replace("/", "%2F")

    page = read_html((await api.get(f"/orders/{name}")).text)
    assert page.find("script") == []
    assert 'Cannot find order with id "><script>alert(1)</script>\\x1b' in page.one("main").text
