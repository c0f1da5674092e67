"""`order-projector schema`: JSON Schema of every message in and out."""

import json
from typing import Annotated

import typer

_Name = Annotated[
    str | None,
    typer.Option(
        "--message", metavar="NAME", help="Print only this message, such as order-updated."
    ),
]


def schema(message: _Name = None) -> None:
    """Print JSON Schema (2020-12): every message in and out, each under its name in $defs."""
    from order_projector.settings import exit_on_configuration_error, load
    from order_projector.worker.json_schema import schemas, together
    from order_projector.worker.messages import received, sent

    with exit_on_configuration_error():
        settings = load()
    found = schemas([*received(settings), *sent(settings)])
    if message is None:
        printed = together(found)
    elif message in found:
        printed = found[message]
    else:
        raise typer.BadParameter(
            f"{message!r} is not one of {', '.join(found)}", param_hint="--message"
        )
    typer.echo(json.dumps(printed, ensure_ascii=False, indent=2))
