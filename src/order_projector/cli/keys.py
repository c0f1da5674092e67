"""`order-projector keys`: keys for clients of the API."""

from typing import TYPE_CHECKING, Annotated

import typer

from order_projector.cli.errors import print_error
from order_projector.cli.running import ExitCode, run

if TYPE_CHECKING:
    from order_projector.settings import Settings

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
        raise typer.Exit(ExitCode.WRONG_USE) from None

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.audit import AuditEntry
        from order_projector.operations.publishing import record_without_database

        typer.echo(f"token: {key.token}")
        typer.echo(key.line)
        what = {"app_id": key.app_id, "scopes": ", ".join(dict.fromkeys(scope))}
        await record_without_database(settings, AuditEntry("keys create", what, note))
        return ExitCode.DONE

    run(work)
