"""`order-projector demo`: run the worker on generated events and verify its results."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from order_projector.cli.errors import print_error
from order_projector.hosting.signals import stop_signals
from order_projector.local.errors import LocalStackError

if TYPE_CHECKING:
    from rich.console import Console

    from order_projector.demo.run import Stage
    from order_projector.local.api import LocalApi

_APP_ID = "demo"
_INTERRUPTED = 130


_Keep = Annotated[
    bool,
    typer.Option("--keep", help="Keep everything running afterwards, with the API, until Ctrl-C."),
]


def demo(
    orders: Annotated[int, typer.Option(min=20, max=100_000, help="Number of orders.")] = 2_000,
    seed: Annotated[int, typer.Option(help="Seed that determines the generated events.")] = 1,
    rate: Annotated[
        int, typer.Option(min=1, help="Records per second in the steady half of the stream.")
    ] = 1_000,
    keep: _Keep = False,
) -> None:
    """Run broker, database and worker on this machine, and check every order they end up with.

    The exit code is 0 only if every stored document, the last order.updated of every order and
    every dead letter are equal to what the events should result in.
    """
    from rich.console import Console

    from order_projector.demo.run import Plan, Stage, demo

    console = Console(highlight=False, soft_wrap=True)

    async def stay(stage: Stage, order_id: str | None) -> None:
        if keep:
            await _stay(console, stage, order_id)

    async def run() -> bool:
        _on_signals(asyncio.current_task())
        report = await demo(Plan(orders, seed, rate), console, stay)
        return report.equal

    try:
        equal = asyncio.run(run())
    except asyncio.CancelledError:
        console.print("Interrupted; everything is stopped.")
        raise typer.Exit(_INTERRUPTED) from None
    except LocalStackError as error:
        print_error(error)
        raise typer.Exit(1) from None
    raise typer.Exit(0 if equal else 1)


def _on_signals(task: "asyncio.Task[None] | None") -> None:
    def cancel(number: signal.Signals) -> None:
        if task is not None and not (number is signal.SIGHUP and task.cancelling()):
            task.cancel()  # a closed terminal and its shell send SIGHUP twice

    for number in stop_signals():
        asyncio.get_running_loop().add_signal_handler(number, cancel, number)


async def _stay(console: "Console", stage: "Stage", order_id: str | None) -> None:
    """Serve the orders over HTTP, print how to look at everything, and wait for Ctrl-C."""
    from order_projector.local.api import local_api

    async with local_api(stage.stack, _APP_ID) as api:
        enough = asyncio.Event()
        for number in stop_signals():
            asyncio.get_running_loop().add_signal_handler(number, enough.set)
        _print_ways(console, stage, api, order_id)
        await enough.wait()


def _print_ways(console: "Console", stage: "Stage", api: "LocalApi", order_id: str | None) -> None:
    """Print how to look at the running services, first of all at the order that was shown."""
    stack, metrics = stage.stack, f"http://127.0.0.1:{stage.worker.port}"
    place = "orders" if order_id is None else f"orders/{quote(order_id, safe='')}"
    key = f"-H 'X-App-Id: {api.key.app_id}' -H 'X-App-Token: {api.key.token}'"
    example = 'db.orders.findOne({status: "PAID", redemptions: {$exists: true}})'
    console.print(
        "\nEverything is still running. To look at it:\n"
        f"  {api.url}/{place}    (user {api.key.app_id}, password {api.key.token})\n"
        f"  curl {key} {api.url}/v1/{place}\n"
        f"  mongosh {stack.mongodb_uri}/orders --eval '{example}'\n"
        f"  curl {metrics}/metrics    {metrics}/readyz    {metrics}/docs\n"
        f"  kafka-console-consumer.sh --bootstrap-server {stack.bootstrap_servers} "
        "--topic order.updated --from-beginning --property print.headers=true\n"
        f"  tail -f {stage.worker.spec.log} {api.server.spec.log}\n"
        "Ctrl-C stops it all.",
        markup=False,
    )
