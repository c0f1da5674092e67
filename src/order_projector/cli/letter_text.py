"""Dead letters as text and as JSON."""

from typing import TYPE_CHECKING, Any

import typer

from order_projector.cli.printing import pretty, print_json
from order_projector.domain.clock import format_moment
from order_projector.settings import shown, shown_lines

if TYPE_CHECKING:
    from order_projector.operations.dead_letters.listing import ListedLetter
    from order_projector.projection.handling import Handling

LONGEST_VALUE = 100_000


def described(listed: "ListedLetter", state: str) -> dict[str, Any]:
    """Return what a list says of a letter."""
    letter, handling = listed.letter, listed.handling
    described: dict[str, Any] = {
        "place": letter.place,
        "failed_at": letter.failed_at,
        "code": letter.code,
        "message": letter.message,
        "source": {
            "topic": letter.source.topic,
            "partition": letter.source.partition,
            "offset": letter.source.offset,
        },
        "key": _text(letter.record.key),
        "state": state,
    }
    if handling is not None:
        new = handling.new_place
        described["handled"] = {
            "at": format_moment(handling.at),
            "by": f"{handling.user}@{handling.host}",
            "reason": handling.reason,
            "mended": handling.mended,
            "new_place": None
            if new is None
            else {"topic": new.topic, "partition": new.partition, "offset": new.offset},
        }
    return described


def print_letter_json(listed: "ListedLetter", state: str, becomes: str) -> None:
    """Print all of a letter as JSON."""
    record = listed.letter.record
    print_json(
        described(listed, state)
        | {
            "headers": [[name, _text(value)] for name, value in record.headers],
            "value": _text(record.value),
            "becomes": becomes,
        }
    )


def print_letter(listed: "ListedLetter", state: str, becomes: str) -> None:
    """Print all of a letter, its value indented if it is JSON."""
    letter = listed.letter
    source = f"{letter.source.topic} {letter.source.partition}:{letter.source.offset}"
    for name, text in (
        ("place", letter.place),
        ("failed at", letter.failed_at),
        ("code", letter.code),
        ("message", letter.message),
        ("source", source),
        ("key", _text(letter.record.key) or ""),
        ("state", state),
        *_handled(listed.handling),
    ):
        typer.echo(f"{name:<10}{shown(text)}")
    for header, value in letter.original().headers:
        typer.echo(f"{'header':<10}{shown(header)}: {shown(_text(value) or '')}")
    typer.echo(f"{'now':<10}{shown(becomes)}")
    typer.echo("value")
    typer.echo(shown_lines(_value(letter.record.value), LONGEST_VALUE))


def _handled(handling: "Handling | None") -> list[tuple[str, str]]:
    """Return who has dealt with a letter, when, why, and where it was sent."""
    if handling is None:
        return []
    lines = [
        ("by", f"{handling.user}@{handling.host}"),
        ("at", format_moment(handling.at)),
        ("reason", handling.reason or "(none)"),
    ]
    if (new := handling.new_place) is not None:
        mended = ", with another value" if handling.mended else ""
        lines.append(("sent to", f"{new.topic} {new.partition}:{new.offset}{mended}"))
    return lines


def _value(value: bytes | None) -> str:
    from order_projector.events.parsing import parse

    if value is None:
        return "(none)"
    try:
        return pretty(parse(value))
    except ValueError:
        return value.decode(errors="backslashreplace")


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="backslashreplace")
