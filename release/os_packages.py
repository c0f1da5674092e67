"""The packages of an image's operating system, as its package manager recorded them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from typing import Final

from packageurl import PackageURL

_INSTALLED: Final = "installed"
_NAME: Final = re.compile(r"[^\s:(\[]+")


@dataclass(frozen=True, slots=True)
class OsPackage:
    """A package that is installed."""

    name: str
    version: str
    architecture: str
    purl: PackageURL
    licences: tuple[str, ...]
    """As the distribution names them; empty if it does not state them in a readable form."""
    source: str
    """The source package it was built from, with its version."""
    needs: tuple[tuple[str, ...], ...]
    """Its dependencies, each with the alternative names that satisfy it."""
    offers: tuple[str, ...]
    """The names that it provides besides its own."""


def debian_packages(
    status: str, copyrights: Mapping[str, str], system: Mapping[str, str]
) -> list[OsPackage]:
    """Return the packages in dpkg's status file; copyright files are given by package name."""
    namespace = system.get("ID", "debian")
    qualifier = {"distro": f"{namespace}-{system['VERSION_ID']}"} if "VERSION_ID" in system else {}
    found = []
    for stanza in _stanzas(status):
        if stanza["Status"].split()[-1] != _INSTALLED:
            continue
        name, version, architecture = stanza["Package"], stanza["Version"], stanza["Architecture"]
        qualifiers = {"arch": architecture, **qualifier}
        found.append(
            OsPackage(
                name,
                version,
                architecture,
                PackageURL("deb", namespace, name, version, qualifiers),
                debian_licences(copyrights.get(name, "")),
                _source(stanza),
                tuple(_alternatives(stanza["Pre-Depends"], stanza["Depends"])),
                tuple(name for names in _alternatives(stanza["Provides"]) for name in names),
            )
        )
    return found


def debian_licences(copyright_file: str) -> tuple[str, ...]:
    """Return the licences that a copyright file names, if it is in the machine-readable format."""
    first, _, rest = copyright_file.partition("\n\n")
    if "copyright-format" not in first:
        return ()
    named = re.findall(r"^License:[ \t]*(\S.*)$", f"{first}\n{rest}", re.MULTILINE)
    return tuple(dict.fromkeys(line.strip() for line in named))


def alpine_packages(database: str, system: Mapping[str, str]) -> list[OsPackage]:
    """Return the packages in apk's database of installed packages."""
    qualifier = {"distro": f"alpine-{system['VERSION_ID']}"} if "VERSION_ID" in system else {}
    found = []
    for block in filter(None, database.split("\n\n")):
        fields = dict(line.split(":", 1) for line in block.splitlines() if line[1:2] == ":")
        name, version, architecture = fields["P"], fields["V"], fields["A"]
        found.append(
            OsPackage(
                name,
                version,
                architecture,
                PackageURL("apk", "alpine", name, version, {"arch": architecture, **qualifier}),
                (fields["L"],) if fields.get("L") else (),
                f"{fields.get('o', name)} {version}",
                tuple((_bare(it),) for it in fields.get("D", "").split() if not it.startswith("!")),
                tuple(_bare(it) for it in fields.get("p", "").split()),
            )
        )
    return found


def needed(packages: Iterable[OsPackage]) -> dict[OsPackage, list[OsPackage]]:
    """Return, for every package, the installed packages that it depends on."""
    known = list(packages)
    by_name = {name: each for each in known for name in each.offers}
    by_name |= {each.name: each for each in known}
    return {
        each: [
            by_name[names[0]]
            for names in ([it for it in need if it in by_name] for need in each.needs)
            if names and by_name[names[0]] is not each
        ]
        for each in known
    }


def _stanzas(text: str) -> Iterator["Message[str, str]"]:
    for stanza in filter(str.strip, text.split("\n\n")):
        yield HeaderParser().parsestr(stanza.lstrip("\n"))


def _source(stanza: "Message[str, str]") -> str:
    name, _, version = (stanza["Source"] or stanza["Package"]).partition(" ")
    return f"{name} {version.strip('()') or stanza['Version']}"


def _alternatives(*fields: str | None) -> Iterator[tuple[str, ...]]:
    for field in filter(None, fields):
        for need in field.split(","):
            yield tuple(name[0] for each in need.split("|") if (name := _NAME.match(each.strip())))


def _bare(name: str) -> str:
    return re.split(r"[<>=~]", name)[0]
