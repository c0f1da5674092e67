"""`order-projector breaker` shows foreign text bounded and escaped, and no secret."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from order_projector.cli import app
from order_projector.operations import services
from order_projector.projection.ports import AccessDenied, BreakerState, HeldBack, Unavailable

HELD = HeldBack("redemptions", 0, 17, 40, ("invalid_json", "validator"), "why")
STATE = BreakerState(HELD, datetime(2026, 3, 1, 12, tzinfo=UTC))
URI = "mongodb://ada:horse-battery-staple@db-1/orders"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@dataclass(frozen=True, slots=True)
class Database:
    """A database that returns these states, or raises this error."""

    answer: Sequence[BreakerState] | Exception

    def control(self, _group: str) -> "Database":
        """Return this database."""
        return self

    async def states(self) -> Sequence[BreakerState]:
        """Return the states, or raise the error."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def close(self) -> None:
        """Close nothing."""


def given(monkeypatch: pytest.MonkeyPatch, answer: Sequence[BreakerState] | Exception) -> None:
    monkeypatch.setattr(services, "configured_store", lambda _settings: Database(answer))


def test_a_reason_of_any_length_is_shown_escaped_and_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reason = f"\x1b[2J[b]{'x' * 60_000}"
    given(monkeypatch, [replace(STATE, held=replace(HELD, reason=reason))])

    done = CliRunner().invoke(app, ["breaker", "show"])

    assert done.exit_code == 0
    assert "\\x1b[2J[b]xxx" in done.stdout
    assert len("".join(done.stdout.split())) < 1_200


def test_the_table_shows_since_when_as_every_command_shows_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given(monkeypatch, [STATE])

    done = CliRunner().invoke(app, ["breaker", "show"])

    assert done.stdout.splitlines()[1].split() == [
        *("redemptions-0", "17", "40", "2026-03-01T12:00:00.000Z", "why")
    ]


def test_json_is_one_compact_line_with_times_in_utc_as_that_of_every_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given(monkeypatch, [STATE])

    done = CliRunner().invoke(app, ["breaker", "show", "--json"])

    assert done.stdout == (
        '[{"group":"order-projector","topic":"redemptions","partition":0,"first_offset":17,'
        '"last_offset":40,"first_code":"invalid_json","last_code":"validator","reason":"why",'
        '"opened_at":"2026-03-01T12:00:00.000Z"}]\n'
    )


@pytest.mark.parametrize("command", ["show", "close"])
@pytest.mark.parametrize(("answer", "code"), [(AccessDenied, 2), (Unavailable, 3)])
def test_why_there_is_no_answer_is_one_harmless_line_without_secrets(
    answer: type[Exception], code: int, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, answer(f"{URI} says \x1b[2J {'x' * 60_000}"))

    done = CliRunner().invoke(app, ["breaker", command])

    assert done.exit_code == code
    (line,) = [each for each in done.stderr.splitlines() if each.startswith("order-projector: ")]
    assert "mongodb://******@db-1/orders says \\x1b[2J xxx" in line
    assert len(line) < 4_100
