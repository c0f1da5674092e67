"""`order-projector asyncapi`: the AsyncAPI document of the worker."""

import typer


def asyncapi() -> None:
    """Print the AsyncAPI document: every message in and out, with its schema."""
    from order_projector.settings import exit_on_configuration_error, load
    from order_projector.worker import build

    with exit_on_configuration_error():
        document = build(load()).schema.to_specification()
    typer.echo(document.to_json())
