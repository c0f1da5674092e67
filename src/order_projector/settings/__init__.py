"""Every knob of the worker: read from the environment, from a `.env` file, secrets from files.

`load` is the way in. A wrong value ends in a `ConfigurationError` that names the variable.
"""

from order_projector.settings.errors import PREFIX, ConfigurationError, refusing, variable
from order_projector.settings.listing import Row, describe
from order_projector.settings.loading import load
from order_projector.settings.model import Settings
from order_projector.settings.secrets import MASK, masked

__all__ = [
    "MASK",
    "PREFIX",
    "ConfigurationError",
    "Row",
    "Settings",
    "describe",
    "load",
    "masked",
    "refusing",
    "variable",
]
