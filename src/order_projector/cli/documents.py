"""`order-projector verify`, `refold`, `compare` and `reconcile`: the stored documents."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from order_projector.cli.comparison_text import print_comparison, print_comparison_json
from order_projector.cli.ending import final_report
from order_projector.cli.options import Json
from order_projector.cli.progress import Progress
from order_projector.cli.running import ExitCode, WrongUse, run
from order_projector.cli.tally_text import print_tally, print_tally_json

if TYPE_CHECKING:
    from order_projector.operations.documents import Pass
    from order_projector.operations.reconciling import Found, Reconciliation
    from order_projector.operations.resumption import Checkpoint
    from order_projector.settings import Settings

_MOST_LINES: Final = 100

_Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...", help="Ids or source ids; none means all.", show_default=False
    ),
]
_Rate = Annotated[
    int | None,
    typer.Option(min=1, help="Orders per second.", show_default="as fast as possible"),
]
_Resume = Annotated[
    bool, typer.Option("--resume", help="Continue where the last run on this host was stopped.")
]


def verify(
    names: _Names = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Only this many orders, drawn at random.")
    ] = None,
    resume: _Resume = False,
    as_json: Json = False,
) -> None:
    """Compare each stored order with the fold of its own facts by this release. Writes nothing.

    Prints each order that differs, with the first few places, or that cannot be read, and how many
    orders have facts that were read by older rules. Exits with 0 only if all are equal.
    """
    _check_selection({"NAME": bool(names), "--sample": sample is not None, "--resume": resume})

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.documents import Pass, Selection
        from order_projector.operations.documents import verify as verify_orders

        checkpoint, progress = _checkpoint(settings, "verify", resume), Progress("orders")
        this = Pass.of(Selection(names or (), sample), checkpoint, progress)
        report = partial(print_tally_json if as_json else print_tally, this.tally)
        with _walking("verify", this, progress, report):
            await verify_orders(settings, this)
        return ExitCode.DONE if this.tally.all_equal else ExitCode.NO

    run(work)


def refold(
    names: _Names = None,
    rate: _Rate = None,
    resume: _Resume = False,
    as_json: Json = False,
) -> None:
    """Store each order that is not the fold of its own facts by this release.

    Workers may run: each write is a compare-and-set, with a revision and an order.updated if the
    served order changes. It may be stopped at any moment and started again. Exits with 1 if an
    order could not be read or written.
    """
    _check_selection({"NAME": bool(names), "--resume": resume})

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.documents import Pass, Selection
        from order_projector.operations.documents import refold as refold_orders

        checkpoint, progress = _checkpoint(settings, "refold", resume), Progress("orders")
        this = Pass.of(Selection(names or ()), checkpoint, progress)
        report = partial(print_tally_json if as_json else print_tally, this.tally)
        with _walking("refold", this, progress, report):
            await refold_orders(settings, this, rate)
        return ExitCode.DONE if this.tally.all_done else ExitCode.NO

    run(work)


def compare(
    database: Annotated[
        str, typer.Option("--database", metavar="OTHER", help="The database to compare with.")
    ],
    as_json: Json = False,
) -> None:
    """Compare the orders of two databases on one server, one by one, revisions aside.

    For a second consumer group that projects into a second database before a cut-over. Exits with
    0 only if both serve the same orders, with 2 if one of them has no collection of orders.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.comparing import Comparison, NotComparable
        from order_projector.operations.documents import compare as compare_databases

        found, progress = Comparison(), Progress("orders")
        report = partial(print_comparison_json if as_json else print_comparison, found)
        try:
            with final_report(progress, report, found.has_begun):
                await compare_databases(settings, database, found, progress)
        except NotComparable as no:
            raise WrongUse(str(no)) from None
        return ExitCode.DONE if found.is_equal else ExitCode.NO

    run(work)


def reconcile(rate: _Rate = None, as_json: Json = False) -> None:
    """Compare the last order.updated of each order with what is stored, and put it right.

    Where a record has a higher revision than the stored order, or the same one and another value,
    the order gets the revision after it; where the record is older, the stored order is announced.
    Part of the restore of a backup; finds nothing on a healthy system. Exits with 1 if something
    is left, such as an order of which nothing is stored.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.documents import reconcile as reconcile_orders
        from order_projector.operations.reconciling import Reconciliation

        result, progress = Reconciliation(), Progress("orders")
        show = _print_reconciliation_json if as_json else _print_reconciliation
        with final_report(progress, partial(show, result), lambda: bool(result.counts)):
            await reconcile_orders(settings, rate, result, progress)
        return ExitCode.NO if result.counts["left"] else ExitCode.DONE

    run(work)


@contextmanager
def _walking(
    command: str, this: "Pass", progress: Progress, report: Callable[[], None]
) -> Iterator[None]:
    """Print the report at the end; if the end is early, also how to continue."""
    try:
        with final_report(progress, report, this.tally.has_begun):
            yield
    except BaseException:
        if this.can_be_resumed:
            typer.echo(f"order-projector {command} --resume continues from here", err=True)
        raise


def _check_selection(given: Mapping[str, bool]) -> None:
    from order_projector.cli.errors import print_error

    if sum(given.values()) > 1:
        print_error(f"{', '.join(given)}: give one of them")
        raise typer.Exit(ExitCode.WRONG_USE)


def _checkpoint(settings: "Settings", command: str, resume: bool) -> "Checkpoint":
    from order_projector.operations.resumption import (
        NothingToResume,
        new_checkpoint,
        saved_checkpoint,
    )

    try:
        return saved_checkpoint(settings, command) if resume else new_checkpoint(settings, command)
    except NothingToResume as nothing:
        raise WrongUse(str(nothing)) from None


def _print_reconciliation_json(result: "Reconciliation") -> None:
    from order_projector.cli.printing import print_json
    from order_projector.operations.reconciling import Standing

    print_json({
        **{each.value: result.counts[each] for each in Standing},
        "orders": [_found(each) for each in result.found],
    })  # fmt: skip


def _print_reconciliation(result: "Reconciliation") -> None:
    from order_projector.operations.reconciling import Standing

    for each in result.found[:_MOST_LINES]:
        typer.echo(_sentence(each))
    if (more := len(result.found) - _MOST_LINES) > 0:
        typer.echo(f"and {more:,} more")
    typer.echo(", ".join(f"{result.counts[each]:,} {each}" for each in Standing))


def _found(each: "Found") -> dict[str, Any]:
    return {
        "order": each.order_id,
        "record": each.standing,
        "record_revision": each.record,
        "stored_revision": each.stored,
        "done": each.is_done,
    }


def _sentence(each: "Found") -> str:
    from order_projector.operations.reconciling import Standing
    from order_projector.settings import shown

    name, record = shown(each.order_id), each.record
    match each.standing:
        case Standing.AHEAD if each.is_done:
            return f"{name}: the record has revision {record}, now stored as {(record or 0) + 1}"
        case Standing.BEHIND:
            return (
                f"{name}: the stored revision {each.stored} is announced, the record had {record}"
            )
        case Standing.MISSING:
            return f"{name}: nothing is stored, the record has revision {record}: send its events"
        case Standing.ERASED:
            return f"{name}: announced as erased, but stored: send its order.erased again"
        case _:
            return f"{name}: not put right, its document cannot be read or written"
