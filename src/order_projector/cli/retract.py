"""`order-projector void` and `erase`: take an event back, erase an order."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from order_projector.cli.options import Json, why
from order_projector.cli.progress import Progress
from order_projector.cli.running import ExitCode, Refusal, run

if TYPE_CHECKING:
    from order_projector.operations.dead_letters.letters import Letter
    from order_projector.settings import Settings

_Reason = Annotated[str, why("Why; it is published and recorded.")]


def void(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The order's id or source id.")],
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The id of the event to void.")],
    reason: _Reason,
) -> None:
    """Publish an event.voided: the facts of that event about this order no longer count.

    If the order has no fact from the event, or only copies that lost against another event, nothing
    is published: the event that counts is named, and the exit code is 1.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.retracting import publish_void
        from order_projector.operations.voiding import NotVoidable

        progress = Progress("records")
        try:
            void_id = await publish_void(settings, name, event, reason, progress)
        except NotVoidable as no:
            raise Refusal(str(no)) from None
        finally:
            progress.end()
        typer.echo(f"published {void_id}")
        return ExitCode.DONE

    run(work)


_OneOrder = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="An order's id or source id.", show_default=False),
]
_OfCustomer = Annotated[
    str | None,
    typer.Option(
        "--customer",
        metavar="C",
        help="Every order of which any event named this customer.",
        show_default=False,
    ),
]


def erase(
    reason: _Reason,
    name: _OneOrder = None,
    customer: _OfCustomer = None,
    as_json: Json = False,
) -> None:
    """Publish an order.erased for each order: workers delete all but a record that keeps it erased.

    It is final. The open dead letters that name the orders are listed, to be discarded; with
    --customer those of orders that were erased before, too. The reason must hold no personal data.
    Exits with 1 if there is no such order.
    """
    if (name is None) == (customer is None):
        from order_projector.cli.errors import print_error

        print_error("NAME, --customer: give one of them")
        raise typer.Exit(ExitCode.WRONG_USE)

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.retracting import publish_erasures

        progress = Progress("orders")
        erased, letters, unread = await publish_erasures(
            settings, name, customer, reason, round(time.time() * 1_000), progress
        )
        progress.end()
        if name is not None and not erased:
            raise Refusal(f"there is no order {name!r:.300}")
        show = _print_erased_json if as_json else _print_erased
        show(erased, letters, unread)
        return ExitCode.NO if unread or not erased else ExitCode.DONE

    run(work)


def _print_erased_json(
    erased: Sequence[str], letters: "Sequence[Letter]", unread: Sequence[str]
) -> None:
    from order_projector.cli.printing import print_json

    print_json({
        "erased": list(erased),
        "dead_letters": [letter.place for letter in letters],
        "unreadable": list(unread),
    })  # fmt: skip


def _print_erased(
    erased: Sequence[str], letters: "Sequence[Letter]", unread: Sequence[str]
) -> None:
    from order_projector.settings import shown

    for order_id in erased:
        typer.echo(f"{shown(order_id)}: order.erased is published")
    for order_id in unread:
        typer.echo(f"{shown(order_id)}: cannot be read, and may name the customer", err=True)
    if not erased:
        typer.echo("no order names this customer")
    if letters:
        places = " ".join(letter.place for letter in letters)
        typer.echo("These dead letters name them; discard them:")
        typer.echo(f"order-projector dead-letters discard {places} --reason erased")
