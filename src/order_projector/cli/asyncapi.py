"""`order-projector asyncapi`: the AsyncAPI document of the worker."""

import typer


def asyncapi() -> None:
    """Print the AsyncAPI document: every message in and out, with its schema."""
    from order_projector.settings import ConfigurationError, load
    from order_projector.worker import build

    try:
        document = build(load()).schema.to_specification()
    except ConfigurationError as error:
        typer.echo(f"order-projector: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(document.to_json())
