"""`order-projector pause` and `resume`: stop and start consuming in all workers of the group."""

from typing import TYPE_CHECKING, Annotated

import typer

from order_projector.cli.options import why
from order_projector.cli.running import ExitCode, Refusal, WrongUse, run

if TYPE_CHECKING:
    from order_projector.settings import Settings

_Topic = Annotated[
    str | None,
    typer.Option("--topic", metavar="T", help="Only this inbound topic.", show_default="all"),
]
_Reason = Annotated[str | None, why()]


def pause(topic: _Topic = None, reason: _Reason = None) -> None:
    """Stop consuming in all workers of the group, within seconds, until `resume`.

    They stay in the group, alive and ready, also over restarts; /readyz warns of it. Exits with 3
    if the database does not answer.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.pausing import pause_group

        _check(settings, topic)
        is_new = await pause_group(settings, topic, reason)
        typer.echo(f"{'paused' if is_new else 'was paused already'}: {topic or 'all topics'}")
        return ExitCode.DONE

    run(work)


def resume(topic: _Topic = None, reason: _Reason = None) -> None:
    """Consume again what was paused. Exits with 1 if that was not paused."""

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.pausing import NotPaused, resume_group

        _check(settings, topic)
        try:
            await resume_group(settings, topic, reason)
        except NotPaused as no:
            raise Refusal(str(no)) from None
        typer.echo(f"resumed: {topic or 'all topics'}")
        return ExitCode.DONE

    run(work)


def _check(settings: "Settings", topic: str | None) -> None:
    if topic is not None and topic not in settings.inbound_topics:
        known = ", ".join(settings.inbound_topics)
        raise WrongUse(f"--topic: {topic!r:.100} is not one of {known}")
