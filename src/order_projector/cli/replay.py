"""Replay dead letters as an operator asks for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from order_projector.cli.ending import final_report
from order_projector.cli.letter_places import parsed_places
from order_projector.cli.progress import Progress
from order_projector.cli.running import ExitCode, Refusal, WrongUse

if TYPE_CHECKING:
    from order_projector.operations.audit import AuditEntry
    from order_projector.operations.dead_letters.desk import LetterDesk
    from order_projector.operations.dead_letters.replays import ReplayOutcome, ReplayPlan, Replays
    from order_projector.projection.ports import Coordinates
    from order_projector.settings import Settings


class Mode(Enum):
    """What an operator may ask of a replay besides the letters."""

    EDIT = auto()
    FORCE = auto()
    DRY_RUN = auto()


@dataclass(frozen=True, slots=True)
class Replay:
    """Which letters to replay, by place or by code; ``value`` replaces that of the only one."""

    places: list[str]
    code: str | None
    since: int | None
    value: Path | None
    reason: str | None


async def replay_letters(
    settings: "Settings", asked: Replay, modes: frozenset[Mode], as_json: bool
) -> ExitCode:
    """Replay, report each letter, and record it. Raises `WrongUse` and `Refusal`."""
    from order_projector.operations.dead_letters.desk import letter_desk
    from order_projector.operations.dead_letters.replays import Replays

    _check(asked, modes)
    places = parsed_places(asked.places, settings)
    value = None if asked.value is None else _read(asked.value)
    async with letter_desk(settings) as desk:
        if asked.code is not None:
            places = await _with_code(desk, asked.code, asked.since)
        if Mode.EDIT in modes:
            value = await _edited(desk, places[0])
        run = _Run(Replays(desk, _plan(asked, modes, value)), modes)
        progress = Progress("letters", len(places))
        with final_report(
            progress, partial(_print_json if as_json else _print, run), run.has_begun
        ):
            await _replay(run, places, progress)
    return ExitCode.NO if any(each.refusal for each in run.outcomes) else ExitCode.DONE


@dataclass(frozen=True, slots=True)
class _Run:
    """The letters to replay, and what became of them by now."""

    replays: "Replays"
    modes: frozenset[Mode]
    outcomes: "list[ReplayOutcome]" = field(default_factory=list)

    def has_begun(self) -> bool:
        """Whether there is anything to report."""
        return bool(self.outcomes) or self.replays.uncertain is not None

    def entry(self) -> "AuditEntry | None":
        """Return the audit record of what was sent."""
        from order_projector.operations.dead_letters.desk import handled_entry

        sent = [each.place for each in self.outcomes if each.new_place is not None]
        return handled_entry("replay", sent, self.replays.plan.reason, self.replays.uncertain)


async def _replay(run: _Run, places: "list[Coordinates]", progress: Progress) -> None:
    from order_projector.operations.audit import recorded

    async with recorded(run.entry, run.replays.desk.audit):
        async for outcome in _outcomes(run, places):
            run.outcomes.append(outcome)
            progress(1)


def _check(asked: Replay, modes: frozenset[Mode]) -> None:
    if asked.places and asked.code is not None:
        raise WrongUse("PLACE, --code: both are given: give places, or a code")
    if not asked.places and asked.code is None:
        raise WrongUse("PLACE, --code: give places, or a code")
    if asked.since is not None and asked.code is None:
        raise WrongUse("--since: requires --code")
    mended = asked.value is not None or Mode.EDIT in modes
    if mended and len(asked.places) != 1:
        raise WrongUse("--value, --edit: require one PLACE")
    if asked.value is not None and Mode.EDIT in modes:
        raise WrongUse("--value, --edit: give one of them")


def _plan(asked: Replay, modes: frozenset[Mode], value: bytes | None) -> "ReplayPlan":
    from order_projector.operations.dead_letters.replays import Rejected, ReplayPlan

    rejected = Rejected.SEND if Mode.FORCE in modes else Rejected.KEEP
    return ReplayPlan(value, rejected, asked.reason)


async def _outcomes(run: _Run, places: "list[Coordinates]") -> "AsyncIterator[ReplayOutcome]":
    from order_projector.operations.services import producer

    replays = run.replays
    if Mode.DRY_RUN in run.modes:
        async for outcome in replays.rehearse(places):
            yield outcome
        return
    async with producer(replays.desk.settings) as publisher:
        async for outcome in replays.send(places, publisher):
            yield outcome


async def _with_code(desk: "LetterDesk", code: str, since: int | None) -> "list[Coordinates]":
    from order_projector.operations.dead_letters.listing import LetterFilter

    progress = Progress("records")
    listed = await desk.find(LetterFilter(code, since), progress)
    progress.end()
    places = [each.letter.record.coordinates for each in listed if each.is_open]
    if not places:
        raise Refusal(f"no open dead letter has the code {code!r:.100}")
    return places


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise WrongUse(f"--value: {file}: {error.strerror}") from None


async def _edited(desk: "LetterDesk", place: "Coordinates") -> bytes:
    """Let the user change the value of a letter that can still be replayed."""
    from order_projector.cli.editing import edit
    from order_projector.operations.dead_letters.replaying import NotHandled

    listed = await desk.letter_at(place)
    if listed is None:
        raise Refusal(f"{place.partition}:{place.offset}: no such dead letter")
    try:
        desk.handler().check(listed.handling)
        event = await desk.event_of(listed.letter)
    except NotHandled as no:
        raise Refusal(f"{listed.letter.place}: not sent: {no}") from None
    return edit(event.value or b"")


def _print_json(run: _Run) -> None:
    from order_projector.cli.printing import print_json

    _print_uncertain(run)
    print_json([_described(each) for each in run.outcomes])


def _print(run: _Run) -> None:
    from order_projector.settings import one_line

    _print_uncertain(run)
    for each in run.outcomes:
        if each.refusal is not None:
            typer.echo(f"{each.place}: not sent: {one_line(each.refusal)}", err=True)
        elif each.new_place is None:
            typer.echo(f"{each.place}: would be sent: {one_line(each.becomes)}")
        else:
            new = each.new_place
            typer.echo(f"{each.place}: sent to {new.topic} {new.partition}:{new.offset}")
    if Mode.DRY_RUN not in run.modes:
        typer.echo(f"replayed {sum(each.new_place is not None for each in run.outcomes):,}")


def _print_uncertain(run: _Run) -> None:
    uncertain = run.replays.uncertain
    if uncertain is not None:
        reason = "its replay was interrupted, and may have been sent: replay it again"
        typer.echo(f"{uncertain}: {reason}", err=True)


def _described(outcome: "ReplayOutcome") -> dict[str, object]:
    new = outcome.new_place
    return {
        "place": outcome.place,
        "becomes": outcome.becomes,
        "not_sent": outcome.refusal,
        "new_place": None
        if new is None
        else {"topic": new.topic, "partition": new.partition, "offset": new.offset},
    }
