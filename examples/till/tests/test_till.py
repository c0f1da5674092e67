"""The till with a real API and a real worker."""

import os
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from order_projector.testing import Sender, Updates, payment_succeeded
from order_projector.testing.running import OrderApi
from shop_till.api import Api, Refused
from shop_till.till import Line, Till, to_pay

MUGS = Line("prod_mug", 2, 1250)


@pytest.fixture
def till(order_api: OrderApi) -> Till:
    return Till(Api(order_api.url, order_api.app_id, order_api.token))


def test_a_receipt_that_is_sent_twice_is_one_order(till: Till, order_id: str) -> None:
    receipt = f"{order_id}/1"
    placed = till.place(receipt, [MUGS])
    assert till.place(receipt, [MUGS]) == placed
    assert till.order(receipt) == placed
    assert (placed["source_id"], placed["status"], to_pay(placed)) == (receipt, "CREATED", 2500)


@pytest.mark.parametrize("number", ["№ 17", "a\nb", " 17 ", "50%/\U0001f9fe"])
def test_the_number_of_a_receipt_may_be_any_text(till: Till, order_id: str, number: str) -> None:
    receipt = number + order_id + number
    placed = till.place(receipt, [MUGS])
    assert till.place(receipt, [MUGS]) == placed
    assert till.order(receipt) == placed
    assert placed["source_id"] == receipt


async def test_a_payment_that_comes_by_kafka_is_no_longer_to_pay(
    till: Till, order_id: str, order_sender: Sender, order_updates: Updates
) -> None:
    placed = till.place(order_id, [MUGS])
    await order_sender.send(payment_succeeded(placed["id"], 1000))
    await order_updates.order(placed["id"], where=lambda order: "payments" in order)
    assert to_pay(till.order(order_id)) == 1500


async def test_the_command_shows_an_order_of_which_only_a_payment_has_come(
    order_api: OrderApi, order_id: str, order_sender: Sender, order_updates: Updates
) -> None:
    await order_sender.send(payment_succeeded(order_id, 1000))
    await order_updates.order(order_id)
    shown = await command(
        order_api.token, order_id, "--api", order_api.url, "--app-id", order_api.app_id
    )
    assert shown == (0, f"{order_id}: PROCESSING, total not known yet\n", "")


def test_a_receipt_without_an_order_is_refused(till: Till, order_id: str) -> None:
    with pytest.raises(Refused, match=f"Cannot find order with id {order_id}"):
        till.order(order_id)


async def test_the_command_places_and_shows_an_order(order_api: OrderApi, order_id: str) -> None:
    key = ("--api", order_api.url, "--app-id", order_api.app_id)
    placed = await command(order_api.token, order_id, "prod_mug:2:1250", *key)
    assert placed[0] == 0
    assert placed[1].endswith(": CREATED, 2500 to pay\n")
    assert await command(order_api.token, order_id, *key) == placed
    status, printed, said = await command("wrong", order_id, *key)
    assert (status, printed, said.startswith("shop-till: ")) == (1, "", True)


@pytest.mark.parametrize(
    ("receipt", "said"),
    [
        ("", "the receipt has no number"),
        ("\udcff17", r"the receipt's number '\udcff17' is not Unicode text"),
    ],
)
@pytest.mark.parametrize("lines", [(), ("prod_mug:2:1250",)])
async def test_what_is_no_number_of_a_receipt_is_an_error(
    receipt: str, said: str, lines: tuple[str, ...]
) -> None:
    nowhere = ("--api", "http://127.0.0.1:1")
    assert await command("token", receipt, *lines, *nowhere) == (1, "", f"shop-till: {said}\n")


async def test_a_key_that_http_cannot_send_is_an_error_that_does_not_show_it() -> None:
    said = "shop-till: X-App-Token should be printable ASCII\n"
    assert await command("secret\n", "1001", "--api", "http://127.0.0.1:1") == (1, "", said)


async def command(token: str, *arguments: str) -> tuple[int | None, str, str]:
    """Run `shop-till`; return its exit status and its output."""
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "shop_till", *arguments),
        cwd=Path(__file__).parents[1] / "src",
        env=os.environ | {"TILL_TOKEN": token},
        stdout=PIPE,
        stderr=PIPE,
    )
    out, error = await process.communicate()
    return process.returncode, out.decode(), error.decode()
