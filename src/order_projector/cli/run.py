"""`order-projector run`: the worker, in the foreground."""

import asyncio

import typer


def run() -> None:
    """Run the worker until SIGTERM or Ctrl-C; both drain it. A second one ends it at once.

    It waits for a broker or a database that is not there yet.
    """
    from order_projector.settings import ConfigurationError
    from order_projector.worker import configured

    try:
        asyncio.run(configured().run())
    except ConfigurationError as error:
        typer.echo(f"order-projector: {error}", err=True)
        raise typer.Exit(2) from None
