"""The worker's settings: read from the environment or a `.env` file, secrets also from files.

Use `load` to read them; an invalid value raises a `ConfigurationError` that names the variable.
`shown` and its variants make untrusted text safe to display, `masked` hides secrets.
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
from order_projector.settings.unknown import unknown_variables, unknown_variables_warning

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
    "unknown_variables",
    "unknown_variables_warning",
    "variable",
]
