"""The licences of the runtime dependencies: `python -m release.licences` prints the page."""

import re
import sys
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from typing import Final

from release.environment import Pin, runtime_pins

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

What is installed with the worker, and under which licence, as each package says itself.
`make licences` writes this page, and a test compares it with what is installed. `make sbom` tells
the same to machines.

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
    """Return the licence of every runtime dependency."""
    return [Licence(pin, _expression(pin)) for pin in runtime_pins()]


def page() -> str:
    """Return the page of the documentation."""
    rows = [
        f"| {each.pin.name} | {each.pin.version} | {each.expression} | {_where(each.pin)} |"
        for each in licences()
    ]
    return _PAGE.format(rows="\n".join(rows))


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
    text = _first(package, "License")
    if text not in ACCEPTED:
        raise LookupError(f"{package['Name']} names no licence that is known: {text[:80]!r}")
    return text


def _first(package: Metadata, name: str) -> str:
    return str((package.get_all(name) or [""])[0])


def _where(pin: Pin) -> str:
    return f"`{pin.marker}`" if pin.marker else ""


if __name__ == "__main__":
    sys.stdout.write(page())
