"""Variables with the prefix of the settings that name no setting: probably misspelt."""

import os
from collections.abc import Iterable
from difflib import get_close_matches

from dotenv import dotenv_values

from order_projector.settings.errors import PREFIX, variable
from order_projector.settings.model import Settings
from order_projector.settings.shown import shown

_MOST = 20


def unknown_variables() -> list[str]:
    """Return the unknown variables of the environment and of the `.env` file, sorted."""
    try:
        in_file: Iterable[str] = dotenv_values(".env", encoding="utf-8").keys()
    except (OSError, ValueError):  # `load` reports a file that cannot be read
        in_file = ()
    known = {variable(name) for name in Settings.model_fields}
    named = {name.upper() for name in (*os.environ, *in_file)}
    return sorted(name for name in named if name.startswith(PREFIX) and name not in known)


def unknown_variables_warning() -> str | None:
    """Return one line that names the unknown variables; None if there are none."""
    unknown = unknown_variables()
    if not unknown:
        return None
    more = f" and {len(unknown) - _MOST} more" if len(unknown) > _MOST else ""
    return f"not a setting, ignored: {', '.join(map(_named, unknown[:_MOST]))}{more}"


def _named(name: str) -> str:
    close = get_close_matches(name, list(map(variable, Settings.model_fields)), n=1, cutoff=0.85)
    return f"{shown(name)} (did you mean {close[0]}?)" if close else shown(name)
