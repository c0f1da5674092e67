"""`order-projector rehearse`: send events to running workers and verify their results."""

from typing import TYPE_CHECKING, Annotated

import typer

from order_projector.cli.running import ExitCode, Refusal, run

if TYPE_CHECKING:
    from order_projector.settings import Settings


def rehearse(
    orders: Annotated[int, typer.Option(min=20, max=100_000, help="Number of orders.")] = 2_000,
    seed: Annotated[int, typer.Option(help="Seed that determines the generated events.")] = 1,
    rate: Annotated[int, typer.Option(min=1, help="Records per second.")] = 1_000,
) -> None:
    """Send the demo's stream to the workers of these settings, and check all they make of it.

    It writes to the inbound topics: rehearse where its orders do no harm. Other orders are left
    alone. Exits with 0 only if every stored document, the last order.updated of every order and
    every dead letter are equal to what the events should result in, with 3 if the broker or the
    database does not answer.
    """

    async def work(settings: "Settings") -> ExitCode:
        from rich.console import Console

        from order_projector.demo.rehearsal import Rehearsal, RehearsalFailed, ServiceAway
        from order_projector.demo.rehearsal import rehearse as play
        from order_projector.projection.ports import Unavailable

        console = Console(highlight=False, soft_wrap=True)
        try:
            report = await play(settings, Rehearsal(orders, seed, rate), console)
        except ServiceAway as away:
            unavailable = Unavailable(str(away))
            unavailable.service = away.service
            raise unavailable from None
        except RehearsalFailed as failure:
            raise Refusal(str(failure)) from None
        return ExitCode.DONE if report.equal else ExitCode.NO

    run(work)
