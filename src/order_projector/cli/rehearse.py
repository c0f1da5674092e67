"""`order-projector rehearse`: send events to running workers and verify their results."""

import asyncio
import logging
import signal
from typing import Annotated

import typer

from order_projector.cli.errors import print_error

_INTERRUPTED = 130


def rehearse(
    orders: Annotated[int, typer.Option(min=20, max=100_000, help="Number of orders.")] = 2_000,
    seed: Annotated[int, typer.Option(help="Seed that determines the generated events.")] = 1,
    rate: Annotated[int, typer.Option(min=1, help="Records per second.")] = 1_000,
) -> None:
    """Send the demo's stream to the workers of these settings, and check all they make of it.

    It writes to the inbound topics: rehearse where its orders do no harm. Other orders are left
    alone. The exit code is 0 only if every stored document, the last order.updated of every order
    and every dead letter are equal to what the events should result in.
    """
    from rich.console import Console

    from order_projector.demo.rehearsal import Rehearsal, RehearsalFailed
    from order_projector.demo.rehearsal import rehearse as play
    from order_projector.settings import exit_on_configuration_error, load

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # our own output reports errors
    console = Console(highlight=False, soft_wrap=True)

    async def run() -> bool:
        task = asyncio.current_task()
        for number in (signal.SIGINT, signal.SIGTERM):
            if task is not None:
                asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        return (await play(settings, Rehearsal(orders, seed, rate), console)).equal

    with exit_on_configuration_error():
        settings = load()
        try:
            equal = asyncio.run(run())
        except asyncio.CancelledError:
            console.print("Interrupted.")
            raise typer.Exit(_INTERRUPTED) from None
        except RehearsalFailed as failure:
            print_error(failure)
            raise typer.Exit(1) from None
    raise typer.Exit(0 if equal else 1)
