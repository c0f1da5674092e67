"""An unforeseen error is reported by type and place only, as its text may hold an event."""

from collections.abc import Callable
from typing import NoReturn

import pytest

from order_projector.adapters.mongo import DatabaseError
from order_projector.projection.unexpected_errors import describe_unexpected, format_stack


def caught(raises: Callable[[], NoReturn]) -> Exception:
    """Return the error that this function raises."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 - any error
        raises()
    return raised.value


def explode() -> NoReturn:
    name = "ada" + "@example.com"
    raise KeyError(name)


def explode_again() -> NoReturn:
    try:
        explode()
    except KeyError as error:
        raise ValueError(str(error)) from error


@pytest.mark.parametrize("raises", [explode, explode_again])
def test_kind_and_place_are_told_and_never_the_text(raises: Callable[[], NoReturn]) -> None:
    error = caught(raises)
    kind = type(error).__name__

    assert describe_unexpected(error).startswith(
        f"could not be processed: {kind} in test_unforeseen.py"
    )
    assert f", in {raises.__name__}\n" in format_stack(error)
    assert "ada@example.com" not in format_stack(error) + describe_unexpected(error)


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert (
        describe_unexpected(ValueError("ada@example.com")) == "could not be processed: ValueError"
    )


def test_what_the_database_refuses_is_told_in_our_own_words() -> None:
    error = DatabaseError("the database refuses a command: error code 59", 59)

    assert format_stack(error) == "DatabaseError: the database refuses a command: error code 59"
