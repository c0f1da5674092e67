"""`order-projector keys`: keys for clients of the API."""

import asyncio
from typing import Annotated

import typer

from order_projector.cli.errors import print_error

keys = typer.Typer(help="Make keys for clients of the API.", no_args_is_help=True)

_Scopes = Annotated[
    list[str],
    typer.Option(
        help="What the key allows: orders:read, orders:write or orders:export. Repeatable.",
        show_default=False,
    ),
]
_AppId = Annotated[
    str | None,
    typer.Option(
        help="The client's name: letters, digits, _ and -.", show_default="app_ and 12 letters"
    ),
]
_Note = Annotated[
    str | None, typer.Option(help="For people who read the file.", show_default=False)
]


@keys.callback()
def _group() -> None:
    """Make keys for clients of the API."""


@keys.command()
def create(
    scope: _Scopes,
    app_id: _AppId = None,
    note: _Note = None,
) -> None:
    """Print a new token, which is shown only here, and the line to add to the keys file.

    The file (ORDERS_API_KEYS_FILE) keeps only a digest of the token; a running API reads it again
    when it changes.
    """
    from order_projector.api.keys import BadLine, key_of
    from order_projector.keys import new_key

    key = new_key(scope, app_id, note)
    try:
        key_of(key.line)
    except BadLine as reason:
        option = "--app-id" if "app_id" in str(reason) else "--scope"
        print_error(f"{option}: {reason}")
        raise typer.Exit(2) from None
    typer.echo(f"token: {key.token}")
    typer.echo(key.line)
    asyncio.run(_keep_audit(key.app_id, ", ".join(dict.fromkeys(scope)), note))


async def _keep_audit(app_id: str, scopes: str, note: str | None) -> None:
    """Record who made the key; that works without the database, too."""
    from order_projector.operations.audit import AuditEntry
    from order_projector.operations.publishing import record_without_database
    from order_projector.settings import exit_on_configuration_error, load

    with exit_on_configuration_error():
        entry = AuditEntry("keys create", {"app_id": app_id, "scopes": scopes}, note)
        await record_without_database(load(), entry)
