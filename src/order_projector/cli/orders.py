"""`order-projector orders`: look at one order, or at those that match."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from order_projector.cli.options import Json, moment
from order_projector.cli.running import ExitCode, Refusal, WrongUse, run

if TYPE_CHECKING:
    from order_projector.projection.ports import StoredOrder
    from order_projector.projection.reading import OrderFilter, OrderReader
    from order_projector.settings import Settings

_PAGE: Final = 100
"""Orders that are read at once."""


def _only(option: str, metavar: str | None, help_text: str) -> typer.models.OptionInfo:
    """Return an option that leaves orders out; without it, none is."""
    found: typer.models.OptionInfo = typer.Option(
        option, metavar=metavar, help=help_text, show_default="all"
    )
    return found


_Name = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="An order id or a source id.", show_default=False),
]
_OfStatus = Annotated[str | None, _only("--status", None, "Only orders of this status.")]
_OfCustomer = Annotated[str | None, _only("--customer", None, "Only those of this customer.")]
_WithFlag = Annotated[str | None, _only("--flag", "CODE", "Only those with this flag.")]
_WrittenAfter = Annotated[
    int | None,
    moment(
        "--written-after",
        help_text="Only those stored since then, however old their events: ISO 8601, or 36h.",
    ),
]
_OfPayment = Annotated[
    str | None, typer.Option("--payment", metavar="ID", help="Only that of this payment.")
]
_OfRedemption = Annotated[
    str | None, typer.Option("--redemption", metavar="ID", help="Only that of this redemption.")
]
_Limit = Annotated[int, typer.Option(min=1, help="Most orders to show.")]


def orders(  # noqa: PLR0913, PLR0917 - one parameter for each option
    name: _Name = None,
    status: _OfStatus = None,
    customer: _OfCustomer = None,
    flag: _WithFlag = None,
    written_after: _WrittenAfter = None,
    payment: _OfPayment = None,
    redemption: _OfRedemption = None,
    limit: _Limit = 20,
    as_json: Json = False,
) -> None:
    """Print one order as it is served, or a table of those that match, oldest first.

    Exits with 1 if there is no such order or it was erased, with 3 if the database does not answer.
    """

    from order_projector.projection.reading import OrderFilter

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.services import database

        matching = OrderFilter(
            statuses=() if status is None else (_status(status),),
            customer=customer,
            flag=flag,
            redemption=redemption,
            payment=payment,
            written_after=written_after,
        )
        if name is not None and matching != OrderFilter():
            raise WrongUse("NAME: give a name or a filter, not both")
        async with database(settings) as store:
            if name is not None:
                return await _print_one(store.reader(), name)
            found = await _matching(store.reader(), matching, limit)
        (_print_json if as_json else _print_table)(found, limit)
        return ExitCode.DONE

    run(work)


def _status(text: str) -> str:
    from order_projector.domain.status import Status

    names = [status.value for status in Status]
    if text.upper() not in names:
        raise WrongUse(f"--status: {text!r:.100} is not one of {', '.join(names)}")
    return text.upper()


async def _print_one(reader: "OrderReader", name: str) -> ExitCode:
    from order_projector.cli.printing import print_json
    from order_projector.operations.names import order_of_id_or_source_id
    from order_projector.projection.stored import ErasedOrder

    match await order_of_id_or_source_id(reader, name):
        case None:
            raise Refusal(f"there is no order {name!r:.300}")
        case ErasedOrder(order_id=order_id):
            raise Refusal(f"order {order_id!r:.300} was erased")
        case found:
            print_json(dict(found.order))
            return ExitCode.DONE


async def _matching(
    reader: "OrderReader", matching: "OrderFilter", limit: int
) -> "list[StoredOrder]":
    """Return at most one order more than the limit, to know whether there are more."""
    from order_projector.projection.reading import PageRequest, Sort, place_in

    found = list["StoredOrder"]()
    while len(found) <= limit:
        after = place_in(Sort(), found[-1]) if found else None
        wanted = min(_PAGE, limit + 1 - len(found))
        page = await reader.page(PageRequest(matching, limit=wanted, after=after))
        found += page.orders
        if not page.has_more or not page.orders:
            break
    return found


def _print_json(found: "Sequence[StoredOrder]", limit: int) -> None:
    from order_projector.cli.printing import print_json

    print_json([dict(order.order) for order in found[:limit]])


def _print_table(found: "Sequence[StoredOrder]", limit: int) -> None:
    from order_projector.cli.printing import print_table

    if not found:
        typer.echo("no order matches")
        return
    headings = ("id", "source id", "status", "total", "created", "updated", "flags")
    print_table(headings, map(_row, found[:limit]))
    if len(found) > limit:
        typer.echo("There are more: see --limit.", err=True)


def _row(stored: "StoredOrder") -> tuple[Any, ...]:
    order = stored.order
    flags = ", ".join(dict.fromkeys(flag.code for flag in stored.flags))
    return (
        stored.order_id,
        order.get("source_id"),
        order.get("status"),
        _total(order),
        order.get("created_at"),
        order.get("updated_at"),
        flags,
    )


def _total(order: Any) -> str:
    """Return the total as people write it, if all of its payments name one currency."""
    from order_projector.domain.currency import Currency

    total = order.get("total_amount")
    if total is None:
        return ""
    payments = order.get("payments", {}).values()
    codes = {str(each["currency"]).upper() for each in payments if "currency" in each}
    return Currency.of(codes.pop() if len(codes) == 1 else None).named(total)
