"""`order-projector send` and `backfill`: publish events from files."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from order_projector.cli.ending import final_report
from order_projector.cli.errors import print_error
from order_projector.cli.events import lines_of, sources_of
from order_projector.cli.progress import Progress
from order_projector.cli.running import ExitCode, run

if TYPE_CHECKING:
    from order_projector.operations.sending import Prepared, SendReport
    from order_projector.settings import Settings

_Rate = Annotated[
    int | None, typer.Option(min=1, help="Events per second.", show_default="as fast as possible")
]
_Json = Annotated[bool, typer.Option("--json", help="Print what was sent as JSON.")]

_MOST_REFUSED = 100


def send(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Files with one JSON envelope per line; none, or -, is standard input.",
            show_default=False,
        ),
    ] = None,
    rate: _Rate = None,
    as_json: _Json = False,
) -> None:
    """Publish events: payments to the payment topic, everything else to the redemption topic.

    Each event is keyed by the order it names. Lines that are not JSON go to standard error as
    FILE:LINE: reason, and are not sent; whatever is JSON is sent, also what a worker would reject.
    Exits with 1 if a line was not sent, with 3 if no broker answers.
    """
    sources = sources_of(files)
    _publish("send", _events, sources, rate, _report_json if as_json else _report)


def backfill(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Files with one order per line, or with answers of the API that list orders; "
            "- is standard input.",
            show_default=False,
        ),
    ],
    rate: _Rate = None,
    as_json: _Json = False,
) -> None:
    """Publish orders that existed before the first event, as Voucherify's API lists them.

    Each becomes an order.created dated by its updated_at, else its created_at, with an id that
    is derived from its order id and updated_at: sending a file twice changes nothing. What is not
    an order goes to standard error as FILE:LINE: reason. Exits with 1 if one was not sent, with 3
    if no broker answers.
    """
    sources = sources_of(files)
    _publish("backfill", _orders, sources, rate, _report_json if as_json else _report)


def _publish(
    command: str,
    prepare: Callable[["Settings", str], Iterator["Prepared"]],
    sources: list[str],
    rate: int | None,
    show: Callable[["SendReport"], None],
) -> None:
    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.publishing import Files, publish_files
        from order_projector.operations.sending import SendReport

        report, progress = SendReport(), Progress("events")
        prepared = chain.from_iterable(prepare(settings, source) for source in sources)
        names = Files(command, [Path(source).name for source in sources])
        with final_report(progress, partial(show, report), lambda: _has_done(report)):
            await publish_files(settings, names, prepared, rate, report, progress)
        if report.refused:
            print_error(f"{len(report.refused):,} not sent")
            return ExitCode.NO
        return ExitCode.DONE

    run(work)


def _events(settings: "Settings", source: str) -> "Iterator[Prepared]":
    from order_projector.operations.routing import routed
    from order_projector.operations.sending import Refused, Source

    for number, text in lines_of(source):
        at = Source(source, number)
        try:
            yield at, routed(settings, text)
        except ValueError as error:
            yield Refused(at, f"not JSON: {error}")


def _orders(settings: "Settings", source: str) -> "Iterator[Prepared]":
    from order_projector.operations.backfill import NoOrder, backfill_message
    from order_projector.operations.sending import Refused, Source

    for number, order in _listed(source):
        at = Source(source, number)
        if isinstance(order, ValueError):
            yield Refused(at, f"not JSON: {order}")
            continue
        try:
            yield at, backfill_message(settings, order)
        except NoOrder as no:
            yield Refused(at, str(no))


def _listed(source: str) -> Iterator[tuple[int, Any]]:
    """Yield the orders of a file, with their line.

    If its first line is not JSON by itself, the whole file is one JSON text.
    """
    from order_projector.operations.backfill import orders_in

    lines = lines_of(source)
    for number, text in lines:
        try:
            orders = [*orders_in(text)]
        except ValueError as error:
            if number == 1 and (rest := [line for _, line in lines]):
                yield from _of_whole_file(b"\n".join([text, *rest]))
                return
            yield number, error
            continue
        for order in orders:
            yield number, order


def _of_whole_file(text: bytes) -> Iterator[tuple[int, Any]]:
    from order_projector.operations.backfill import orders_in

    try:
        for order in orders_in(text):
            yield 1, order
    except ValueError as error:
        yield 1, error


def _has_done(report: "SendReport") -> bool:
    return bool(report.sent or report.refused or report.unacknowledged)


def _report_json(report: "SendReport") -> None:
    from order_projector.cli.printing import print_json

    refused: Iterable[Any] = (
        {"file": it.source.file, "line": it.source.line, "reason": it.reason}
        for it in report.refused
    )
    print_json({
        "sent": dict(report.sent),
        "not_sent": [*refused],
        "unacknowledged": report.unacknowledged,
    })  # fmt: skip


def _report(report: "SendReport") -> None:
    from order_projector.settings import one_line, shown

    for each in report.refused[:_MOST_REFUSED]:
        at = f"{shown(each.source.file)}:{each.source.line}"
        typer.echo(f"{at}: {one_line(each.reason)}", err=True)
    if (more := len(report.refused) - _MOST_REFUSED) > 0:
        typer.echo(f"and {more:,} more", err=True)
    to = ", ".join(f"{count:,} to {topic}" for topic, count in sorted(report.sent.items()))
    typer.echo(f"sent {report.sent.total():,}{f': {to}' if to else ''}")
    if report.unacknowledged:
        typer.echo(f"{report.unacknowledged:,} more may have been sent: no acknowledgement")
