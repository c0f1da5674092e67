"""`order-projector export`: orders as CSV or JSON lines."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Final, Protocol

import typer

from order_projector.cli.output import whole_file
from order_projector.cli.progress import Progress
from order_projector.cli.running import ExitCode, WrongUse, run

if TYPE_CHECKING:
    from order_projector.settings import Settings


_STANDARD_OUTPUT: Final = "-"


class _Export(Protocol):
    """What makes a file of what is stored."""

    def file(self, store: Any, reader: Any, /) -> AsyncIterator[bytes]: ...


_Fields = Annotated[
    str | None,
    typer.Option(help="Names of fields, comma-separated.", show_default="id,source_id,status"),
]
_Filters = Annotated[
    str | None,
    typer.Option(
        "--filter", metavar="JSON", help="Filters as the API takes them.", show_default="all"
    ),
]
_Order = Annotated[
    str | None,
    typer.Option(
        help="created_at, updated_at or status, of the ledger date; each also with a leading -."
    ),
]
_Ledger = Annotated[
    bool, typer.Option("--ledger", help="Every cent of every discount instead of orders.")
]
_Format = Annotated[str, typer.Option("--format", help="csv or jsonl.")]
_Output = Annotated[
    Path | None,
    typer.Option(
        help="The file to write, once it is whole; - is standard output.", show_default="-"
    ),
]


def export(
    fields: _Fields = None,
    filters: _Filters = None,
    order: _Order = None,
    ledger: _Ledger = False,
    form: _Format = "csv",
    output: _Output = None,
) -> None:
    """Write the orders as the API exports them, all of them or those that match.

    Exits with 2 for a wrong option, with 3 if the database does not answer.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.adapters.mongo import configured_store
        from order_projector.api.exporting.dates import NoRoom
        from order_projector.api.exporting.ledger import ledger_export
        from order_projector.api.exporting.orders import order_export

        asked = _asked(ledger_export if ledger else order_export, fields, filters, order, form)
        store = configured_store(settings)
        try:
            await send_file(asked, store, output)
        except NoRoom as error:
            raise WrongUse(str(error)) from None
        finally:
            await store.close()
        return ExitCode.DONE

    run(work)


async def send_file(asked: _Export, store: Any, output: Path | None) -> None:
    """Write to a file, or to standard output."""
    if output is not None and str(output) != _STANDARD_OUTPUT:
        with whole_file(output) as file:
            await _write(asked, store, file)
        return
    await _write(asked, store, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _asked(
    read: Callable[[dict[str, Any]], _Export],
    fields: str | None,
    filters: str | None,
    order: str | None,
    form: str,
) -> _Export:
    """Return the export that the options ask for. Raises `WrongUse`, which names the option."""
    from order_projector.api.errors import ApiError
    from order_projector.events.parsing import parse

    parameters: dict[str, Any] = {"order": order, "format": form}
    if fields is not None:
        parameters["fields"] = [name for name in fields.split(",") if name]
    if filters is not None:
        try:
            parameters["filters"] = parse(filters.encode())
        except ValueError as error:
            raise WrongUse(f"--filter: {error}") from None
    try:
        return read(parameters)
    except ApiError as error:
        details = error.details or error.message
        for member in ("order", "format", "fields", "filters"):
            details = details.replace(f"Property .parameters.{member}", _OPTIONS[member], 1)
        raise WrongUse(details) from None


_OPTIONS: Final = {
    "order": "--order:",
    "format": "--format:",
    "fields": "--fields:",
    "filters": "--filter:",
}


async def _write(asked: _Export, store: Any, file: IO[bytes]) -> None:
    progress = Progress("bytes")
    async for chunk in asked.file(store, store.reader()):
        file.write(chunk)
        progress(len(chunk))
