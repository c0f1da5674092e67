"""Let the user change a value in the editor of their choice."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from order_projector.cli.running import Refusal, WrongUse

_DEFAULT: Final = "vi"


def edit(value: bytes) -> bytes:
    """Return the value as the editor has left it. Raises `WrongUse` and `Refusal`."""
    name = "VISUAL" if os.environ.get("VISUAL") else "EDITOR"
    editor = os.environ.get(name) or _DEFAULT
    with tempfile.TemporaryDirectory(prefix="order-projector-") as folder:
        file = Path(folder) / "value.json"
        file.write_bytes(value)
        try:
            ended = subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603
        except (OSError, ValueError) as error:
            raise WrongUse(f"{name}: cannot start {editor!r:.100}: {error}") from None
        if ended.returncode:
            raise Refusal(f"the editor ended with {ended.returncode}: nothing is sent")
        try:
            return file.read_bytes()
        except OSError as error:
            reason = f"the editor has left no file to read ({error.strerror})"
            raise Refusal(f"{reason}: nothing is sent") from None
