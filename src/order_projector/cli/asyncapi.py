"""`order-projector asyncapi`: the AsyncAPI document of the worker."""

import typer


def asyncapi() -> None:
    """Print the AsyncAPI document: every message in and out, with its schema."""
    from order_projector.settings import load, refusing
    from order_projector.worker import build

    with refusing():
        document = build(load()).schema.to_specification()
    typer.echo(document.to_json())
