"""Load the settings, or report what is wrong with them in one line."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from order_projector.settings.errors import ConfigurationError, variable
from order_projector.settings.model import Settings


def load(**given: object) -> Settings:
    """Load the settings of this process; `given` values override the environment."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # checked by pydantic
    except ValidationError as error:
        reasons = "; ".join(dict.fromkeys(map(_reason, error.errors(include_url=False))))
        raise ConfigurationError(reasons) from None
    except (OSError, ValueError) as error:  # a .env that cannot be read
        raise ConfigurationError(f".env: {' '.join(str(error).split())}") from None


def _reason(error: ErrorDetails) -> str:
    message = " ".join(error["msg"].removeprefix("Value error, ").split())
    return ": ".join([*(variable(str(part)) for part in error["loc"][:1]), message])
