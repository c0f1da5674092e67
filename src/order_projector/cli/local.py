"""`order-projector local`: run a broker and a database for a worker, until Ctrl-C."""

import asyncio
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from order_projector.cli.errors import print_error
from order_projector.hosting.signals import stop_signals
from order_projector.local.errors import LocalStackError, ServerFailed

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from order_projector.local.stack import LocalStack

_Port = Annotated[int | None, typer.Option(min=1, max=65_535, show_default="any free port")]


def local(
    data_dir: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            show_default="a temporary directory",
            help="Directory for documents and logs; the next start finds the documents again.",
        ),
    ] = None,
    partitions: Annotated[int, typer.Option(min=1, help="Number of partitions per topic.")] = 6,
    sync_on_commit: Annotated[
        bool,
        typer.Option(
            "--sync-on-commit",
            help="Sync acknowledged writes to disk, to survive a crash; much slower.",
        ),
    ] = False,
    kafka_port: _Port = None,
    mongodb_port: _Port = None,
) -> None:
    """Start a Kafka broker and a MongoDB on loopback, with the topics, until Ctrl-C.

    Standard output gets the lines to run a worker with, and nothing else.
    """
    from order_projector.local.stack import local_stack

    stack = local_stack(
        data_dir=data_dir,
        partitions=partitions,
        kafka_port=kafka_port,
        mongodb_port=mongodb_port,
        sync_on_commit=sync_on_commit,
    )
    try:
        asyncio.run(_serve(stack))
    except LocalStackError as error:
        print_error(error)
        raise typer.Exit(1) from None


async def _serve(stack: "AbstractAsyncContextManager[LocalStack]") -> None:
    interrupted = asyncio.Event()
    for number in stop_signals():
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    async with stack as servers:
        _announce(servers)
        await _wait(servers, interrupted)


def _announce(stack: "LocalStack") -> None:
    lines = [f"export {name}={shlex.quote(value)}" for name, value in stack.environment().items()]
    typer.echo("\n".join(lines))
    typer.echo(
        f"\nBroker and database are up; their logs are in {stack.data_dir}.\n"
        "Run a worker in another terminal: paste the lines above, then `order-projector run`.\n"
        "Ctrl-C stops both.",
        err=True,
    )


async def _wait(stack: "LocalStack", interrupted: asyncio.Event) -> None:
    """Wait for an interrupt; raise `ServerFailed` if a server ends before it."""
    while not interrupted.is_set():
        for server in (stack.broker, stack.database):
            if not server.running:
                raise ServerFailed(
                    f"the {server.spec.name} has exited; its log is {server.spec.log}"
                )
        try:
            async with asyncio.timeout(0.5):
                await interrupted.wait()
        except TimeoutError:
            continue
