"""The licences of what the image contains: `python -m release.licences` prints the page."""

import re
import sys
from collections.abc import Container
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from typing import Final

from release.environment import Pin, image_pins, runtime_pins

ACCEPTED: Final = frozenset({
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MPL-2.0",
    "PSF-2.0",
})  # fmt: skip
"""Licences that allow the worker to be used, changed and distributed.

MPL-2.0 requires that changes to its own files are published, and we make none.
"""

_CLASSIFIERS: Final = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_ELSEWHERE: Final = {"colorama": "BSD-3-Clause"}
"""Licences of packages that are installed only on other systems than this one."""

_FAMILY: Final = {"jinja2": "BSD-3-Clause"}
"""Licences of packages that name only a family; their licence file says which one applies."""

Metadata = metadata.PackageMetadata | Message
"""The metadata of a package, installed or read from a file."""

_PAGE: Final = """\
# Licences of the dependencies

What is installed with the worker, and under which licence, as each package says itself. The image
also contains the extra `otel`; the last column marks what only that needs. `make licences` writes
this page, and a test compares it with what is installed. `make sbom` and `make sbom-image` tell the
same to machines.

| package | version | licence | |
|---|---|---|---|
{rows}

The local stack (extra `local`) and the tools of development are not installed with the worker. The
database of the local stack is GPL-2.0 and runs as a separate process.
"""


@dataclass(frozen=True, slots=True)
class Licence:
    """The declared licence of one dependency, as an SPDX expression."""

    pin: Pin
    expression: str

    @property
    def parts(self) -> frozenset[str]:
        """The licences that the expression names."""
        return frozenset(re.findall(r"[\w.-]+", self.expression)) - {"AND", "OR", "WITH"}


def licences() -> list[Licence]:
    """Return the licence of every runtime dependency, and of those that only the image has."""
    return [Licence(pin, _expression(pin)) for pin in image_pins()]


def page() -> str:
    """Return the page of the documentation."""
    of_worker = {pin.name for pin in runtime_pins()}
    return _PAGE.format(rows="\n".join(_row(each, of_worker) for each in licences()))


def _row(licence: Licence, of_worker: Container[str]) -> str:
    pin = licence.pin
    return f"| {pin.name} | {pin.version} | {licence.expression} | {_where(pin, of_worker)} |"


def _expression(pin: Pin) -> str:
    """Return a dependency's licence, or raise `LookupError` if it is unknown."""
    if pin.installed is None:
        return _ELSEWHERE[pin.name]
    return declared(pin.installed.metadata)


def declared(package: Metadata) -> str:
    """Return the licence that a package declares, as an SPDX expression.

    Raise `LookupError` if the package declares no known licence.
    """
    if expression := _first(package, "License-Expression"):
        return expression
    if of_family := _FAMILY.get(_first(package, "Name").lower()):
        return of_family
    named = [
        line.rpartition(" :: ")[2]
        for line in package.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    return " OR ".join(_CLASSIFIERS[name] for name in named) or _plain(package)


def _plain(package: Metadata) -> str:
    stated = _first(package, "License")
    text = _CLASSIFIERS.get(stated, stated)
    if text not in ACCEPTED:
        raise LookupError(f"{package['Name']} names no licence that is known: {text[:80]!r}")
    return text


def _first(package: Metadata, name: str) -> str:
    return str((package.get_all(name) or [""])[0])


def _where(pin: Pin, of_worker: Container[str]) -> str:
    parts = ["" if pin.name in of_worker else "extra `otel`", pin.marker and f"`{pin.marker}`"]
    return ", ".join(filter(None, parts))


if __name__ == "__main__":
    sys.stdout.write(page())
