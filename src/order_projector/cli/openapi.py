"""`order-projector openapi`: the description of the API over HTTP."""

import typer


def openapi() -> None:
    """Print the OpenAPI 3.1 document of the API that `serve` answers with."""
    import json

    from order_projector.api.description import document

    typer.echo(json.dumps(document(), ensure_ascii=False, indent=2))
