"""Configuration errors, reported in one line that names the variable."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from order_projector.settings.shown import LONGEST_EVENT, shown

PREFIX: Final = "ORDERS_"


class ConfigurationError(Exception):
    """The configuration is unusable; the message names the variable and the reason."""


@contextmanager
def exit_on_configuration_error() -> Iterator[None]:
    """On a `ConfigurationError`, print one line to standard error and exit with code 2."""
    try:
        yield
    except ConfigurationError as error:
        sys.stderr.write(f"order-projector: {shown(str(error), LONGEST_EVENT)}\n")
        raise SystemExit(2) from None


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    return PREFIX + field.upper()
