"""The settings for display, with secrets masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from order_projector.settings.errors import variable
from order_projector.settings.model import Settings
from order_projector.settings.secrets import MASK, masked


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `order-projector settings`."""

    variable: str
    value: str
    default: str
    description: str


def describe(settings: Settings) -> Sequence[Row]:
    """Return every variable with its effective value; secrets are masked."""
    return [
        Row(
            variable(name),
            _shown(getattr(settings, name)),
            _shown(field.default),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case SecretStr():
            return MASK
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case str() | Path():
            return masked(str(value))
        case _:
            return str(value)
