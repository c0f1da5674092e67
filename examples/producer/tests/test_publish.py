"""The statement on a real worker: its orders get paid."""

import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bank_payments.publish import Target, publish
from bank_payments.statement import Entry, read
from order_projector.testing import Sender, Updates, item, order_created
from order_projector.testing.running import Running

STATEMENT = (Path(__file__).parents[1] / "statement.csv").read_text()


def entries(order_id: str) -> list[Entry]:
    """Return the statement's entries, for an order of this test alone."""
    return list(read(STATEMENT.replace("ord_1", order_id).splitlines(), "EUR"))


async def test_the_payments_of_a_statement_pay_their_order_once(
    order_projector: Running, order_id: str, order_sender: Sender, order_updates: Updates
) -> None:
    target = Target(order_projector.bootstrap_servers)
    first, second, refund = entries(order_id)
    await order_sender.send(order_created(order_id, items=[item("prod_mug", 2, price=1250)]))
    assert await publish(target, [first, second]) == 2
    paid = await order_updates.order(order_id, where=lambda order: order["status"] == "PAID")

    assert await publish(target, [first, second]) == 2
    assert await publish(target, [refund]) == 1
    refunded = await order_updates.order(order_id, revision=paid.revision + 1)
    assert refunded.causes == ("bank-refund_rf_2001",)
    assert refunded.revision == paid.revision + 1
    assert order_updates.dead_letters == ()


async def test_the_command_publishes_a_file(
    order_projector: Running, order_id: str, order_updates: Updates, tmp_path: Path
) -> None:
    file = tmp_path / "statement.csv"
    file.write_text(STATEMENT.replace("ord_1", order_id))
    assert await command(str(file), "--kafka", order_projector.bootstrap_servers) == (
        0,
        "3 published\n",
        "",
    )
    await order_updates.order(order_id, where=lambda order: len(order["payments"]) == 2)


async def test_nothing_of_a_file_with_a_wrong_line_is_published(tmp_path: Path) -> None:
    file = tmp_path / "statement.csv"
    file.write_text(STATEMENT + "tomorrow,,,,,\n")
    said = f"bank-payments: {file}: line 5: Invalid isoformat string: 'tomorrow'\n"
    assert await command(str(file), "--kafka", "localhost:1") == (2, "", said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"\xff", "'utf-8' codec can't decode byte 0xff", id="not UTF-8"),
        pytest.param(b'"' + b"x" * 131_073, "field larger than field limit", id="an open quote"),
    ],
)
async def test_a_file_that_is_no_csv_is_an_error(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "statement.csv"
    file.write_bytes(STATEMENT.encode() + content)
    status, printed, error = await command(str(file), "--kafka", "localhost:1")
    assert (status, printed) == (2, "")
    assert error.startswith(f"bank-payments: {file}: {said}")


async def command(*arguments: str) -> tuple[int | None, str, str]:
    """Run `bank-payments`; return its exit status and its output."""
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "bank_payments", *arguments),
        cwd=Path(__file__).parents[1] / "src",
        stdout=PIPE,
        stderr=PIPE,
    )
    out, error = await process.communicate()
    return process.returncode, out.decode(), error.decode()
