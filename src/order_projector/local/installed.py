"""Find the programs that the `local` extra installs, without importing their packages."""

import os
import sysconfig
from importlib import metadata
from pathlib import Path

from order_projector.local.errors import LocalStackUnavailable


def program(distribution: str, name: str) -> Path:
    """Return the path of an executable that a distribution has installed.

    Raises `LocalStackUnavailable` if the distribution is not installed or has no such executable.
    """
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        raise LocalStackUnavailable(
            f"{distribution} is not installed: pip install 'order-projector[local]', on Python "
            "3.11 to 3.13"
        ) from None
    found = [Path(str(file.locate())).resolve() for file in files if file.name == name]
    runnable = [path for path in found if path.is_file() and os.access(path, os.X_OK)]
    if not runnable:
        raise LocalStackUnavailable(
            f"{distribution} has no {name} for {sysconfig.get_platform()}: set "
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS and ORDERS_MONGODB_URI to servers of your own"
        )
    # A wheel may contain the program and a launcher script of the same name; the program is larger.
    return max(runnable, key=lambda path: path.stat().st_size)
