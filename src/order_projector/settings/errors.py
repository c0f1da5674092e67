"""Wrong configuration: said in one line that names the variable."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from order_projector.settings.shown import LONGEST_EVENT, shown

PREFIX: Final = "ORDERS_"


class ConfigurationError(Exception):
    """The configuration cannot be used; the message names the variable and the reason."""


@contextmanager
def refusing() -> Iterator[None]:
    """Ends the process on wrong configuration: one line on standard error, exit code 2."""
    try:
        yield
    except ConfigurationError as error:
        sys.stderr.write(f"order-projector: {shown(str(error), LONGEST_EVENT)}\n")
        raise SystemExit(2) from None


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()
