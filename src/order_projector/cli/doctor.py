"""`order-projector doctor`: find what is wrong with a deployment."""

from typing import TYPE_CHECKING

import typer

from order_projector.cli.options import Json
from order_projector.cli.running import ExitCode, run

if TYPE_CHECKING:
    from order_projector.settings import Settings


def doctor(as_json: Json = False) -> None:
    """Print each problem of the deployment with its remedy, in one line.

    Looks at the settings, the topics (as `topics check`), the consumer group, the clocks, and the
    database: version, replica set, a write that a majority acknowledges, indexes, what else is in
    the collection. Exits with 1 if there is a problem (notes do not count), with 3 if a service
    does not answer.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.cli.printing import print_json
        from order_projector.operations.doctor.examination import examine
        from order_projector.settings import one_line

        examination = await examine(settings)
        if as_json:
            print_json([
                {"level": it.level, "about": it.about, "what": it.what, "remedy": it.remedy}
                for it in examination.found
            ])  # fmt: skip
        else:
            for finding in examination.found:
                typer.echo(f"{finding.level}: {one_line(str(finding))}")
        if examination.silent:
            return ExitCode.NO_ANSWER
        if examination.has_problems:
            return ExitCode.NO
        typer.echo("No problems found.", err=True)
        return ExitCode.DONE

    run(work)
