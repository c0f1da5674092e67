"""`order-projector dead-letters`: list, show, replay and discard dead letters."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from order_projector.cli.letter_places import parsed_places
from order_projector.cli.options import Json, moment, why
from order_projector.cli.progress import Progress
from order_projector.cli.running import ExitCode, Refusal, run

if TYPE_CHECKING:
    from order_projector.operations.dead_letters.desk import LetterDesk
    from order_projector.operations.dead_letters.listing import LetterFilter, ListedLetter
    from order_projector.projection.ports import Coordinates
    from order_projector.settings import Settings

dead_letters = typer.Typer(help="List, show, replay or discard dead letters.", no_args_is_help=True)

_Code = Annotated[
    str | None, typer.Option("--code", help="Only those with this code.", show_default="all")
]
_Since = Annotated[
    int | None,
    moment("--since", help_text="Only those that failed since then: ISO 8601, or 7d, 36h, 90m."),
]
_Topic = Annotated[
    str | None,
    typer.Option("--topic", help="Only those that came from this topic.", show_default="all"),
]
_Place = Annotated[
    str, typer.Argument(metavar="PLACE", help="Its partition:offset.", show_default=False)
]


@dead_letters.command(name="list")
def list_letters(
    code: _Code = None,
    since: _Since = None,
    topic: _Topic = None,
    every: Annotated[
        bool, typer.Option("--all", help="Those that were replayed or discarded, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the dead letters that nobody has dealt with, oldest first.

    `interrupted` is one whose replay has ended between the mark and the acknowledgement: replay it
    again. Exits with 3 if the broker or the database does not answer.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.dead_letters.desk import letter_desk

        async with letter_desk(settings) as desk:
            progress = Progress("records")
            listed = await desk.find(_filter(code, since, topic), progress)
            progress.end()
            chosen = [each for each in listed if every or each.is_open]
            (_print_json if as_json else _print_table)(desk, chosen)
        return ExitCode.DONE

    run(work)


@dead_letters.command()
def show(place: _Place, as_json: Json = False) -> None:
    """Show one dead letter: its headers, its value, and what this release would make of it.

    Exits with 1 if there is no dead letter at that place.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.cli.letter_text import print_letter, print_letter_json
        from order_projector.operations.dead_letters.desk import letter_desk
        from order_projector.operations.dead_letters.replaying import NotHandled

        async with letter_desk(settings) as desk:
            listed = await _letter(desk, place)
            try:
                verdict = await desk.verdict(listed.letter, await desk.event_of(listed.letter))
                becomes = verdict.outcome
            except NotHandled as no:
                becomes = str(no)
            (print_letter_json if as_json else print_letter)(listed, desk.state(listed), becomes)
        return ExitCode.DONE

    run(work)


@dead_letters.command()
def discard(
    places: Annotated[
        list[str], typer.Argument(metavar="PLACE...", help="partition:offset of each.")
    ],
    reason: Annotated[str, why()],
) -> None:
    """Record that dead letters are not to be replayed: they are no longer open.

    Exits with 1 if one of them was not discarded.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.audit import recorded
        from order_projector.operations.dead_letters.desk import handled_entry, letter_desk

        done = list[str]()
        wanted = parsed_places(places, settings)
        async with (
            letter_desk(settings) as desk,
            recorded(lambda: handled_entry("discard", done, reason), desk.audit),
        ):
            await _discard(desk, wanted, reason, done)
        return ExitCode.DONE if len(done) == len(wanted) else ExitCode.NO

    run(work)


async def _discard(
    desk: "LetterDesk", wanted: "Sequence[Coordinates]", reason: str, done: list[str]
) -> None:
    from order_projector.operations.dead_letters.replaying import NotHandled
    from order_projector.settings import one_line

    async for at, listed in desk.letters_at(wanted):
        text = f"{at.partition}:{at.offset}"
        try:
            if listed is None:
                raise NotHandled("no such dead letter")  # noqa: TRY301
            await desk.handler().discard(listed.letter, reason)
        except NotHandled as no:
            typer.echo(f"{text}: not discarded: {one_line(str(no))}", err=True)
        else:
            done.append(text)
            typer.echo(f"{text}: discarded")


def _filter(code: str | None, since: int | None, topic: str | None) -> "LetterFilter":
    from order_projector.operations.dead_letters.listing import LetterFilter

    return LetterFilter(code, since, topic)


async def _letter(desk: "LetterDesk", place: str) -> "ListedLetter":
    (at,) = parsed_places([place], desk.settings)
    listed = await desk.letter_at(at)
    if listed is None:
        raise Refusal(f"{place}: no such dead letter")
    return listed


def _print_json(desk: "LetterDesk", listed: "Sequence[ListedLetter]") -> None:
    from order_projector.cli.letter_text import described
    from order_projector.cli.printing import print_json

    print_json([described(each, desk.state(each)) for each in listed])


def _print_table(desk: "LetterDesk", listed: "Sequence[ListedLetter]") -> None:
    from order_projector.cli.printing import print_table

    if not listed:
        typer.echo("no dead letters")
        return
    headings = ("place", "time", "code", "source", "key", "state", "message")
    print_table(headings, (_row(desk, each) for each in listed))


def _row(desk: "LetterDesk", listed: "ListedLetter") -> tuple[Any, ...]:
    letter = listed.letter
    source = f"{letter.source.topic} {letter.source.partition}:{letter.source.offset}"
    key = (letter.record.key or b"").decode(errors="backslashreplace")
    state = desk.state(listed)
    return letter.place, letter.failed_at, letter.code, source, key, state, letter.message


_REPLAY_PLACES = typer.Argument(
    metavar="[PLACE]...", help="partition:offset of each.", show_default=False
)


@dead_letters.command()
def replay(  # noqa: PLR0913, PLR0917 - one parameter for each option
    places: Annotated[list[str] | None, _REPLAY_PLACES] = None,
    code: Annotated[
        str | None,
        typer.Option("--code", help="All open ones with this code.", show_default=False),
    ] = None,
    since: _Since = None,
    value: Annotated[
        Path | None,
        typer.Option(
            "--value", metavar="FILE", help="Send this value instead.", show_default=False
        ),
    ] = None,
    edit: Annotated[
        bool,
        typer.Option("--edit", help="Edit the value first, in $VISUAL, else $EDITOR, else vi."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Send also what this release would reject again.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would become of each.")
    ] = False,
    reason: Annotated[str | None, why()] = None,
    as_json: Json = False,
) -> None:
    """Send dead letters to their source topic again, with their own key and headers.

    A header replayed-from says where each was. What this release would reject again is not sent
    (see --force). Exits with 1 if one of them was not sent.
    """
    from order_projector.cli.replay import Mode, Replay, replay_letters

    asked = Replay(places or [], code, since, value, reason)
    options = {Mode.EDIT: edit, Mode.FORCE: force, Mode.DRY_RUN: dry_run}
    modes = frozenset(mode for mode, is_given in options.items() if is_given)
    run(lambda settings: replay_letters(settings, asked, modes, as_json))
