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
"""Licences that let the worker be used, changed and shipped; MPL-2.0 asks for the changes that are
made to its own files, and we make none."""

_CLASSIFIERS: Final = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_ELSEWHERE: Final = {"colorama": "BSD-3-Clause"}
"""Of what is only installed on other systems than this one."""

_FAMILY: Final = {"jinja2": "BSD-3-Clause"}
"""Of what names only a family of licences; its licence file says which one it is."""

Metadata = metadata.PackageMetadata | Message
"""What a package says of itself, installed or read from a file."""

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
    """What one dependency says of itself, as an SPDX expression."""

    pin: Pin
    expression: str

    @property
    def parts(self) -> frozenset[str]:
        """The licences that the expression names."""
        return frozenset(re.findall(r"[\w.-]+", self.expression)) - {"AND", "OR", "WITH"}


def licences() -> list[Licence]:
    """Of every runtime dependency."""
    return [Licence(pin, _expression(pin)) for pin in runtime_pins()]


def page() -> str:
    """The page of the documentation."""
    rows = [
        f"| {each.pin.name} | {each.pin.version} | {each.expression} | {_where(each.pin)} |"
        for each in licences()
    ]
    return _PAGE.format(rows="\n".join(rows))


def _expression(pin: Pin) -> str:
    """Raises `LookupError` where nobody has said it."""
    if pin.installed is None:
        return _ELSEWHERE[pin.name]
    return declared(pin.installed.metadata)


def declared(package: Metadata) -> str:
    """What a package says of its licence, as an SPDX expression.

    Raises `LookupError` where it says nothing that is known here.
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
