"""Every knob of the worker: read from the environment, from a `.env` file, secrets from files.

`load` is the way in. A wrong value ends in a `ConfigurationError` that names the variable. Text of
others is shown by `shown` and its like, secrets by `masked`.
"""

from order_projector.settings.errors import (
    PREFIX,
    ConfigurationError,
    exit_on_configuration_error,
    variable,
)
from order_projector.settings.listing import Row, describe
from order_projector.settings.loading import load
from order_projector.settings.model import Settings
from order_projector.settings.secrets import MASK, masked
from order_projector.settings.shown import (
    LONGEST_EVENT,
    described,
    json_escaped,
    one_line,
    shown,
    shown_lines,
)

__all__ = [
    "LONGEST_EVENT",
    "MASK",
    "PREFIX",
    "ConfigurationError",
    "Row",
    "Settings",
    "describe",
    "described",
    "exit_on_configuration_error",
    "json_escaped",
    "load",
    "masked",
    "one_line",
    "shown",
    "shown_lines",
    "variable",
]
